// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include <airspool/modes/demodulator.h>

#include "acceptance.h"
#include "frame_queue.h"
#include "front_end.h"
#include "known_addresses.h"
#include "matched_filter.h"
#include "preamble.h"
#include "sample_grid.h"
#include "slicer.h"

namespace airspool::modes {
namespace {

// Work is done in windows on a fixed grid from the first sample of an unbroken run, never in the caller's blocks: that
// is what makes the result independent of how the stream is cut.
constexpr std::size_t kWindow = 16384;
constexpr std::size_t kBufferSamples = kSamplesBefore + kWindow + kSamplesAfter;

// Within a window only stretches with energy are filtered, at most so many start positions at a time, which keeps the
// planes within the second-level cache of a small processor.
constexpr std::size_t kMaxChunkBlocks = 256;
constexpr std::size_t kMaxStarts = kMaxChunkBlocks * NoiseMeter::kBlockSamples;
constexpr std::size_t kMaxChunkSamples = kSamplesBefore + kMaxStarts + kSamplesAfter;
// Filtering the tail of one stretch again costs as much as a pause of this length.
constexpr std::size_t kMaxPauseBlocks = kSamplesAfter / NoiseMeter::kBlockSamples;

// Inside a frame that is proved only something about as strong can be a frame as well. Its last 8 us are left open: a
// frame that begins there has clean data.
constexpr float kIntruderShare = 0.5F;
constexpr int kOpenTailTicks = kPreambleHalfBits * kHalfBitTicks;

// 15,000 years of samples. A source that counts beyond must be broken; its times wrap instead of overflowing.
constexpr std::uint64_t kSampleMask = (std::uint64_t{1} << 60U) - 1;

}  // namespace

class Demodulator::Impl {
 public:
  Impl(int ticks_per_sample, std::int64_t address_wait_ticks)
      : ticks_per_sample_(ticks_per_sample),
        address_wait_ticks_(address_wait_ticks),
        buffer_(2 * kBufferSamples),
        noise_(kWindow + kSamplesAfter),
        i_(kMaxChunkSamples),
        q_(kMaxChunkSamples),
        filter_(ticks_per_sample, kMaxChunkSamples),
        preambles_(ticks_per_sample, kMaxStarts),
        slicer_(filter_),
        queue_(known_) {}

  void process(const IqBlock& block, FrameSink& sink) {
    const std::size_t samples = block.samples();
    if (samples == 0) return;
    const std::uint64_t first_sample = block.first_sample & kSampleMask;
    if (!running_ || first_sample != next_sample_) {
      const bool backwards = running_ && first_sample < next_sample_;
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
  }

  void finish(FrameSink& sink) {
    end_run(sink);
    forget(sink);
  }

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
    covered_until_ = 0;
    running_ = false;
  }

  // The stream is over or starts again: no later frame can prove an address of this one.
  void forget(FrameSink& sink) {
    queue_.release_all(sink);
    known_.clear();
  }

  void advance(FrameSink& sink) {
    std::memmove(buffer_.data(), buffer_.data() + 2 * kWindow, 2 * (kBufferSamples - kWindow) * sizeof(std::int16_t));
    filled_ = kBufferSamples - kWindow;
    window_start_ += static_cast<std::int64_t>(kWindow);
    // Whatever is still to be found begins in the new window, a few ticks of refinement aside.
    queue_.release_before(window_start_ * ticks_per_sample_ - address_wait_ticks_, sink);
  }

  // Frames that begin within the first `starts` samples after the look-back; `end` is where the stream's samples end.
  void search_window(std::size_t starts, std::size_t end, FrameSink& sink) {
    noise_.measure(std::span(buffer_).subspan(2 * kSamplesBefore), starts);
    const std::size_t blocks = (starts + NoiseMeter::kBlockSamples - 1) / NoiseMeter::kBlockSamples;
    for (std::size_t block = 0; block < blocks;) {
      if (!noise_.active(block)) {
        ++block;
        continue;
      }
      std::size_t last = block;
      for (std::size_t next = block + 1; next < blocks && next - block < kMaxChunkBlocks; ++next) {
        if (next - last > kMaxPauseBlocks) break;
        if (noise_.active(next)) last = next;
      }
      const std::size_t first_start = block * NoiseMeter::kBlockSamples;
      search_chunk(first_start, std::min((last + 1) * NoiseMeter::kBlockSamples, starts) - first_start, end, sink);
      block = last + 1;
    }
  }

  // Start positions [first, first + starts) of the window.
  void search_chunk(std::size_t first, std::size_t starts, std::size_t end, FrameSink& sink) {
    const std::size_t samples = kSamplesBefore + starts + kSamplesAfter;
    const std::int16_t* source = buffer_.data() + 2 * first;
    const NoiseEstimate& noise = noise_.estimate();
    constexpr float kScale = 1.0F / kFullScale;
    for (std::size_t n = 0; n < samples; ++n) {
      i_[n] = static_cast<float>(source[2 * n]) * kScale - noise.dc_i;
      q_[n] = static_cast<float>(source[2 * n + 1]) * kScale - noise.dc_q;
    }
    const PowerPlanes& planes = filter_.run(std::span(i_).first(samples), std::span(q_).first(samples));
    const std::int64_t origin =
        (window_start_ + static_cast<std::int64_t>(first) - static_cast<std::int64_t>(kSamplesBefore)) *
        ticks_per_sample_;
    for (const Candidate& candidate : preambles_.find(planes, kSamplesBefore, kSamplesBefore + starts, noise.power)) {
      try_candidate(candidate, origin, end - first, sink);
    }
  }

  void try_candidate(const Candidate& candidate, std::int64_t origin, std::size_t end_sample, FrameSink& sink) {
    const std::int64_t start = origin + static_cast<std::int64_t>(candidate.tick);
    if (start < covered_until_ && candidate.strength < kIntruderShare * covered_strength_) return;
    const SliceOutcome outcome = slicer_.slice(candidate, noise_.estimate().power, end_sample, sliced_);
    if (outcome == SliceOutcome::kNoFrame) return;
    if (outcome == SliceOutcome::kTruncated) {
      sink.reject(FrameReject::kTruncated);
      // Its own bits make chance preambles, which are not frames in flight.
      covered_until_ = start + kFrameHalfBits * kHalfBitTicks;
      covered_strength_ = candidate.strength / kIntruderShare;
      return;
    }
    Verdict verdict{Proof::kNone, FrameReject::kUnknownFormat, 0, 0};
    if (outcome == SliceOutcome::kFrame) verdict = judge(sliced_);
    if (!certain(verdict, start)) improve(verdict, start, slicer_.slice_as_announced(candidate, end_sample, second_));
    if (ticks_per_sample_ == kHalfBitTicks && !certain(verdict, start)) {
      improve(verdict, start, slicer_.slice_by_changes(candidate, end_sample, second_));
    }
    if (verdict.proof == Proof::kNone) {
      sink.reject(verdict.otherwise);
      return;
    }
    const std::int64_t refined_start = origin + static_cast<std::int64_t>(sliced_.tick);
    const std::int64_t stamp = refined_start + kStampTicks;
    if (verdict.proof == Proof::kParity) known_.learn(verdict.address, stamp);
    if (certain(verdict, stamp)) {
      const int half_bits = kPreambleHalfBits + 2 * sliced_.bits();
      covered_until_ = refined_start + half_bits * kHalfBitTicks - kOpenTailTicks;
      covered_strength_ = candidate.strength;
    }
    ModeSFrame frame;
    frame.bytes = sliced_.bytes;
    frame.length = sliced_.length;
    frame.corrected_bits = verdict.corrected_bits;
    frame.signal_dbfs = 10.0F * std::log10(slicer_.signal_power(sliced_, noise_.estimate().power));
    frame.timestamp_12mhz = static_cast<std::uint64_t>(std::max<std::int64_t>(stamp, 0));
    queue_.push(frame, verdict, sliced_.quality, sink);
  }

  // Takes the second reading of a candidate for the first where that gives more.
  void improve(Verdict& verdict, std::int64_t tick, SliceOutcome outcome) {
    if (outcome != SliceOutcome::kFrame) return;
    const Verdict second = judge(second_);
    if (verdict.proof != Proof::kNone && !certain(second, tick)) return;
    verdict = second;
    sliced_ = second_;
  }

  [[nodiscard]] bool certain(const Verdict& verdict, std::int64_t tick) const {
    if (verdict.corrected_bits > 0) return false;
    return verdict.proof == Proof::kParity ||
           (verdict.proof == Proof::kAddress && known_.contains(verdict.address, tick));
  }

  int ticks_per_sample_;
  std::int64_t address_wait_ticks_;

  std::vector<std::int16_t> buffer_;  // look-back, window, look-ahead
  std::size_t filled_ = 0;            // samples of it
  std::int64_t window_start_ = 0;     // index in the stream of the sample after the look-back
  std::uint64_t next_sample_ = 0;
  bool running_ = false;

  NoiseMeter noise_;
  std::vector<float> i_, q_;
  MatchedFilter filter_;
  PreambleSearch preambles_;
  Slicer slicer_;
  SlicedFrame sliced_, second_;

  std::int64_t covered_until_ = 0;  // a proved frame lies before this tick
  float covered_strength_ = 0.0F;

  KnownAddresses known_;
  FrameQueue queue_;
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
  return Demodulator(std::make_unique<Impl>(ticks_per_sample, wait_ticks));
}

Demodulator::Demodulator(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Demodulator::Demodulator(Demodulator&&) noexcept = default;
Demodulator& Demodulator::operator=(Demodulator&&) noexcept = default;
Demodulator::~Demodulator() = default;

void Demodulator::process(const IqBlock& block, FrameSink& sink) { impl_->process(block, sink); }
void Demodulator::finish(FrameSink& sink) { impl_->finish(sink); }

}  // namespace airspool::modes
