// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <airspool/modes/demodulator.h>

#include "frame_queue.h"
#include "front_end.h"
#include "known_addresses.h"
#include "sample_grid.h"
#include "stretch_search.h"

namespace airspool::modes {
namespace {

// Work is done in windows on a fixed grid from the first sample of an unbroken run, never in the caller's blocks: that
// is what makes the result independent of how the stream is cut.
constexpr std::size_t kWindow = 16384;
constexpr std::size_t kBufferSamples = kSamplesBefore + kWindow + kSamplesAfter;

// Within a window only pieces with energy are searched, of so many start positions at most, which keeps the filter's
// planes within the second-level cache.
constexpr std::size_t kMaxPieceBlocks = StretchSearch::kMaxStarts / NoiseMeter::kBlockSamples;
// Filtering the tail of one piece again costs as much as a pause of this length.
constexpr std::size_t kMaxPauseBlocks = kSamplesAfter / NoiseMeter::kBlockSamples;

// 15,000 years of samples. A source that counts beyond must be broken; its times wrap instead of overflowing.
constexpr std::uint64_t kSampleMask = (std::uint64_t{1} << 60U) - 1;

}  // namespace

class Demodulator::Impl {
 public:
  Impl(int ticks_per_sample, std::int64_t address_wait_ticks, Effort effort)
      : ticks_per_sample_(ticks_per_sample),
        address_wait_ticks_(address_wait_ticks),
        buffer_(2 * kBufferSamples),
        noise_(kWindow + kSamplesAfter),
        queue_(known_, stats_),
        stretch_(ticks_per_sample, effort, known_, queue_, stats_) {}

  void process(const IqBlock& block, FrameSink& sink) {
    const std::size_t samples = block.samples();
    if (samples == 0) return;
    const std::uint64_t first_sample = block.first_sample & kSampleMask;
    if (!running_ || first_sample != next_sample_) {
      const bool backwards = running_ && first_sample < next_sample_;
      if (running_ && !backwards) stats_.samples_missing += first_sample - next_sample_;
      end_run(sink);
      if (backwards) forget(sink);
      begin_run(first_sample);
    }
    for (std::size_t taken = 0; taken < samples;) {
      const std::size_t count = std::min(samples - taken, kBufferSamples - filled_);
      convert_samples(block, taken, count, buffer_.data() + 2 * filled_);
      filled_ += count;
      taken += count;
      if (filled_ == kBufferSamples) {
        search_window(kWindow, kBufferSamples, sink);
        advance(sink);
      }
    }
    next_sample_ = first_sample + samples;
    stats_.samples += samples;
  }

  void finish(FrameSink& sink) {
    end_run(sink);
    forget(sink);
  }

  void set_effort(Effort effort) { stretch_.set_effort(effort); }
  DemodulatorStats take_stats() { return std::exchange(stats_, {}); }

 private:
  void begin_run(std::uint64_t first_sample) {
    std::fill_n(buffer_.begin(), 2 * kSamplesBefore, std::int16_t{0});
    filled_ = kSamplesBefore;
    window_start_ = static_cast<std::int64_t>(first_sample);
    running_ = true;
  }

  // What is left of a run is shorter than a window, and after it comes silence.
  void end_run(FrameSink& sink) {
    if (!running_) return;
    const std::size_t left = filled_ - kSamplesBefore;
    const std::size_t end = filled_;
    std::fill(buffer_.begin() + static_cast<std::ptrdiff_t>(2 * filled_), buffer_.end(), std::int16_t{0});
    search_window(std::min(left, kWindow), end, sink);
    if (left > kWindow) {
      // The look-ahead of the last window holds start positions of its own.
      advance(sink);
      filled_ = end - kWindow;
      std::fill(buffer_.begin() + static_cast<std::ptrdiff_t>(2 * filled_), buffer_.end(), std::int16_t{0});
      search_window(left - kWindow, filled_, sink);
    }
    stretch_.reset();
    running_ = false;
  }

  // The stream is over or starts again: no later frame can prove an address of this one.
  void forget(FrameSink& sink) {
    queue_.release_all(sink);
    known_.clear();
    noise_.reset();
  }

  void advance(FrameSink& sink) {
    std::memmove(buffer_.data(), buffer_.data() + 2 * kWindow, 2 * (kBufferSamples - kWindow) * sizeof(std::int16_t));
    filled_ = kBufferSamples - kWindow;
    window_start_ += static_cast<std::int64_t>(kWindow);
    // Whatever is still to be found begins in the new window or, hidden until now, right before it.
    const std::int64_t earliest = (window_start_ - static_cast<std::int64_t>(kSamplesBefore)) * ticks_per_sample_;
    known_.expire(earliest);
    queue_.release_before(earliest - address_wait_ticks_, sink);
  }

  // Frames that begin within the first `starts` samples after the look-back; `end` is where the stream's samples end.
  // Only pieces with energy are searched, each of which leaves its samples to the next as they are without its frames.
  void search_window(std::size_t starts, std::size_t end, FrameSink& sink) {
    noise_.measure(std::span(buffer_).subspan(2 * kSamplesBefore), starts);
    stats_.noise_power += static_cast<double>(noise_.estimate().power) * static_cast<double>(starts);
    stats_.noise_samples += starts;
    const std::size_t blocks = (starts + NoiseMeter::kBlockSamples - 1) / NoiseMeter::kBlockSamples;
    for (std::size_t block = 0; block < blocks;) {
      if (!noise_.active(block)) {
        ++block;
        continue;
      }
      std::size_t last = block;
      for (std::size_t next = block + 1; next < blocks && next - block < kMaxPieceBlocks; ++next) {
        if (next - last > kMaxPauseBlocks) break;
        if (noise_.active(next)) last = next;
      }
      const std::size_t first = block * NoiseMeter::kBlockSamples;
      const std::size_t count = std::min((last + 1) * NoiseMeter::kBlockSamples, starts) - first;
      const std::int64_t origin =
          (window_start_ + static_cast<std::int64_t>(first) - static_cast<std::int64_t>(kSamplesBefore)) *
          ticks_per_sample_;
      stretch_.search(std::span(buffer_).subspan(2 * first, 2 * (kSamplesBefore + count + kSamplesAfter)), count,
                      end - first, origin, noise_.estimate(), sink);
      block = last + 1;
    }
  }

  int ticks_per_sample_;
  std::int64_t address_wait_ticks_;

  std::vector<std::int16_t> buffer_;  // look-back, window, look-ahead
  std::size_t filled_ = 0;            // samples of it
  std::int64_t window_start_ = 0;     // index in the stream of the sample after the look-back
  std::uint64_t next_sample_ = 0;
  bool running_ = false;
  DemodulatorStats stats_;

  NoiseMeter noise_;
  KnownAddresses known_;
  FrameQueue queue_;
  StretchSearch stretch_;
};

Result<Demodulator> Demodulator::create(const DemodulatorSettings& settings) {
  if (settings.sample_rate_hz != 2'000'000 && settings.sample_rate_hz != 2'400'000) {
    return fail(ErrorCode::kUsage, "sample rate " + std::to_string(settings.sample_rate_hz) +
                                       " Hz is not supported: use 2000000 or 2400000");
  }
  if (settings.address_wait_ms > kMaxAddressWaitMs) {
    return fail(ErrorCode::kUsage, "address wait " + std::to_string(settings.address_wait_ms) +
                                       " ms is too long: at most " + std::to_string(kMaxAddressWaitMs));
  }
  const int ticks_per_sample = kTicksPerSecond / static_cast<int>(settings.sample_rate_hz);
  const std::int64_t wait_ticks = std::int64_t{settings.address_wait_ms} * (kTicksPerSecond / 1000);
  return Demodulator(std::make_unique<Impl>(ticks_per_sample, wait_ticks, settings.effort));
}

Demodulator::Demodulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Demodulator::Demodulator(Demodulator&&) noexcept = default;
Demodulator& Demodulator::operator=(Demodulator&&) noexcept = default;
Demodulator::~Demodulator() = default;

void Demodulator::process(const IqBlock& block, FrameSink& sink) { impl_->process(block, sink); }
void Demodulator::finish(FrameSink& sink) { impl_->finish(sink); }
void Demodulator::set_effort(Effort effort) { impl_->set_effort(effort); }
DemodulatorStats Demodulator::take_stats() { return impl_->take_stats(); }

}  // namespace airspool::modes
