// SPDX-License-Identifier: Apache-2.0
#include "judge.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>
#include <utility>

#include <airspool/modes/crc.h>

namespace airspool::trains {
namespace {

using modes::ModeSFrame;

constexpr std::uint64_t kTicksPerSecond = 12'000'000;
constexpr std::uint64_t kTicksToBit56 = 768;
constexpr std::uint64_t kSameFrameTicks = 144;
constexpr std::uint64_t kProofTicks = 120 * kTicksPerSecond;
constexpr std::uint64_t kSlackTicks = 3;
constexpr float kHighestDbfs = 3.01F;  // a converter driven to both its limits
constexpr float kLowestDbfs = -100.0F;
constexpr int kMostCorrected = 31;         // 24 of the parity's rank, two more, and the format
constexpr std::size_t kMostFrames = 8192;  // more than a program has room for
constexpr std::uint32_t kLastInterrogator = 0x4F;
constexpr std::uint32_t kNoInterrogator = 0x10;

struct Range {
  std::uint64_t first;
  std::uint64_t last;
};

std::uint32_t remainder_of(const ModeSFrame& frame) { return modes::crc24(frame.view()); }

std::uint32_t announced(const ModeSFrame& frame) {
  return static_cast<std::uint32_t>(frame.bytes[1] << 16U | frame.bytes[2] << 8U | frame.bytes[3]);
}

// Which stream each segment belongs to, as the contract has it.
std::vector<std::size_t> streams_of(const Program& program) {
  std::vector<std::size_t> streams;
  std::size_t stream = 0;
  std::uint64_t next = 0;
  bool running = false;
  for (const Segment& segment : program.segments) {
    const std::uint64_t samples = segment.samples.size() / bytes_per_sample(program.format);
    if (segment.finish_before || (samples > 0 && running && segment.first_sample < next)) ++stream;
    if (segment.finish_before) running = false;
    if (samples > 0) {
      running = true;
      next = segment.first_sample + samples;
    }
    streams.push_back(stream);
  }
  return streams;
}

std::string about(const ModeSFrame& frame, const char* what) {
  std::string text = what;
  text += ": tick " + std::to_string(frame.timestamp_12mhz) + " ";
  constexpr const char* kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : frame.view()) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0FU];
  }
  text += ", " + std::to_string(frame.signal_dbfs) + " dBFS";
  return text;
}

bool same_bits(const ModeSFrame& a, const ModeSFrame& b) {
  return a.length == b.length && std::memcmp(a.bytes.data(), b.bytes.data(), a.length) == 0;
}

const char* fault_of(const ModeSFrame& frame) {
  const int df = frame.df();
  const bool is_long = df >= 16;
  if (frame.length != (is_long ? modes::kLongFrameBytes : modes::kShortFrameBytes)) return "wrong length";
  if (!std::isfinite(frame.signal_dbfs) || frame.signal_dbfs > kHighestDbfs || frame.signal_dbfs < kLowestDbfs)
    return "impossible level";
  if (!(std::abs(frame.timestamp_fraction) <= 0.5F)) return "impossible fraction of a tick";
  if (frame.corrected_bits > kMostCorrected) return "more bits changed than can be";
  const std::uint32_t remainder = remainder_of(frame);
  switch (df) {
    case 17:
    case 18:
      return remainder != 0 ? "parity does not fit" : announced(frame) == 0 ? "nobody's address" : nullptr;
    case 11:
      return remainder > kLastInterrogator || remainder == kNoInterrogator ? "no such interrogator" : nullptr;
    case 0:
    case 4:
    case 5:
    case 16:
    case 20:
    case 21:
      return remainder == 0 ? "nobody's address" : nullptr;
    default:
      return "a format that is not decoded";
  }
}

bool proves(const ModeSFrame& frame) {
  return (frame.df() == 11 || frame.df() == 17 || frame.df() == 18) && remainder_of(frame) == 0;
}

std::string check_stream(const std::vector<ModeSFrame>& frames, const std::vector<Range>& fed) {
  for (std::size_t k = 0; k < frames.size(); ++k) {
    const ModeSFrame& frame = frames[k];
    if (const char* fault = fault_of(frame)) return about(frame, fault);
    const std::uint64_t tick = frame.timestamp_12mhz;
    if (k > 0 && frames[k - 1].timestamp_12mhz > tick) return about(frame, "out of order");
    const bool inside = std::any_of(fed.begin(), fed.end(), [tick](const Range& range) {
      return tick + kSlackTicks >= range.first + kTicksToBit56 / 2 && tick <= range.last + kSlackTicks;
    });
    if (!inside) return about(frame, "outside of what was fed");
    for (std::size_t back = k; back > 0; --back) {
      if (frames[back - 1].timestamp_12mhz + kSameFrameTicks < tick) break;
      if (same_bits(frames[back - 1], frame)) return about(frame, "given twice");
    }
    const bool coded = frame.df() == 11 && remainder_of(frame) != 0;
    const bool reply = frame.df() != 11 && frame.df() != 17 && frame.df() != 18;
    if (!coded && !reply) continue;
    const std::uint32_t address = reply ? remainder_of(frame) : announced(frame);
    const bool proved = std::any_of(frames.begin(), frames.end(), [&](const ModeSFrame& other) {
      const std::uint64_t apart = std::max(tick, other.timestamp_12mhz) - std::min(tick, other.timestamp_12mhz);
      return apart <= kProofTicks + kSameFrameTicks && proves(other) && announced(other) == address;
    });
    if (!proved) return about(frame, "nobody proved its address");
  }
  return {};
}

}  // namespace

Heard demodulate(modes::Demodulator& demodulator, const Program& program, std::uint8_t split,
                 AllocationCount allocations) {
  const std::vector<std::size_t> streams = streams_of(program);
  const std::size_t size = bytes_per_sample(program.format);
  Heard heard;
  heard.streams.resize(streams.empty() ? 1 : streams.back() + 1);
  modes::FrameSink sink;
  sink.frames.reserve(kMostFrames);
  std::size_t stream = 0;
  const auto watch = [&](auto&& call) {
    const std::size_t before = allocations != nullptr ? allocations() : 0;
    call();
    if (allocations != nullptr) heard.allocations += allocations() - before;
  };
  const auto take = [&] {
    auto& frames = heard.streams[stream];
    frames.insert(frames.end(), sink.frames.begin(), sink.frames.end());
    sink.frames.clear();
  };
  std::uint32_t random = split;
  demodulator.set_effort(program.settings.effort);
  for (std::size_t s = 0; s < program.segments.size(); ++s) {
    const Segment& segment = program.segments[s];
    if (segment.finish_before) watch([&] { demodulator.finish(sink); });
    if (segment.effort) demodulator.set_effort(*segment.effort);
    const std::size_t samples = segment.samples.size() / size;
    for (std::size_t done = 0; done < samples;) {
      std::size_t count = samples - done;
      if (split != 0) {
        random = random * 1664525U + 1013904223U;
        count = std::min<std::size_t>(count, 1 + (random >> 8U) % (std::size_t{1} << (split % 16U)));
      }
      // The first sample of a stream brings out what is left of the one before, and nothing of its own.
      if (done == 0 && streams[s] != stream) count = 1;
      const IqBlock block{std::span(segment.samples).subspan(done * size, count * size), program.format,
                          segment.first_sample + done};
      watch([&] { demodulator.process(block, sink); });
      take();
      stream = streams[s];
      done += count;
    }
  }
  watch([&] { demodulator.finish(sink); });
  take();
  heard.rejects = sink.rejects;
  demodulator.set_effort(program.settings.effort);
  return heard;
}

std::string complaint(const Program& program, const Heard& heard) {
  if (heard.allocations > 0) return "memory was asked for on the way";
  const std::vector<std::size_t> streams = streams_of(program);
  const std::uint64_t ticks_per_sample = kTicksPerSecond / program.settings.sample_rate_hz;
  for (std::size_t stream = 0; stream < heard.streams.size(); ++stream) {
    std::vector<Range> fed;
    for (std::size_t s = 0; s < streams.size(); ++s) {
      if (streams[s] != stream) continue;
      const Segment& segment = program.segments[s];
      const std::uint64_t samples = segment.samples.size() / bytes_per_sample(program.format);
      const Range range{segment.first_sample * ticks_per_sample, (segment.first_sample + samples) * ticks_per_sample};
      if (!fed.empty() && fed.back().last == range.first) {
        fed.back().last = range.last;
      } else {
        fed.push_back(range);
      }
    }
    if (std::string text = check_stream(heard.streams[stream], fed); !text.empty()) return text;
  }
  return {};
}

std::string difference(const Heard& one, const Heard& other) {
  if (one.streams.size() != other.streams.size()) return "another number of streams";
  for (std::size_t stream = 0; stream < one.streams.size(); ++stream) {
    const auto& a = one.streams[stream];
    const auto& b = other.streams[stream];
    for (std::size_t k = 0; k < std::max(a.size(), b.size()); ++k) {
      if (k >= a.size()) return about(b[k], "only in the second");
      if (k >= b.size()) return about(a[k], "only in the first");
      if (!same_bits(a[k], b[k]) || a[k].timestamp_12mhz != b[k].timestamp_12mhz) return about(a[k], "not the same");
      if (a[k].corrected_bits != b[k].corrected_bits || a[k].signal_dbfs != b[k].signal_dbfs ||
          a[k].timestamp_fraction != b[k].timestamp_fraction) {
        return about(a[k], "not alike in level, fraction or repair");
      }
    }
  }
  return one.rejects != other.rejects ? "other rejects" : "";
}

std::string judge(const Program& program, AllocationCount allocations) {
  auto demodulator = modes::Demodulator::create(program.settings);
  if (!demodulator) return demodulator.error().message;
  const Heard whole = demodulate(*demodulator, program, 0, allocations);
  std::string text = complaint(program, whole);
  if (!text.empty()) return text;
  const std::uint8_t split = std::max<std::uint8_t>(program.split, 1);
  text = difference(whole, demodulate(*demodulator, program, split));
  return text.empty() ? text : "cut by " + std::to_string(split) + ": " + text;
}

}  // namespace airspool::trains
