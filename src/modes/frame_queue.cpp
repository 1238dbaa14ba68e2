// SPDX-License-Identifier: Apache-2.0
#include "frame_queue.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace airspool::modes {
namespace {

// Two finds of the same bits this near to each other are one frame, the later perhaps by way of a reflection: no
// transponder replies twice in 12 us.
constexpr std::uint64_t kSameFrameTicks = 144;

bool same_bits(const ModeSFrame& a, const ModeSFrame& b) {
  return a.length == b.length && std::memcmp(a.bytes.data(), b.bytes.data(), a.length) == 0;
}

}  // namespace

FrameQueue::FrameQueue(KnownAddresses& known, DemodulatorStats& stats)
    : known_(&known), stats_(&stats), held_(kCapacity) {}

bool FrameQueue::merge(const Held& held) {
  for (std::size_t back = size_; back > 0; --back) {
    Held& other = at(back - 1);
    if (other.frame.timestamp_12mhz + kSameFrameTicks < held.frame.timestamp_12mhz) return false;
    if (other.frame.timestamp_12mhz > held.frame.timestamp_12mhz + kSameFrameTicks) continue;
    if (!same_bits(other.frame, held.frame)) continue;
    const bool better = held.frame.corrected_bits != other.frame.corrected_bits
                            ? held.frame.corrected_bits < other.frame.corrected_bits
                            : held.quality > other.quality;
    if (!better) return true;
    // The place in the order is kept, so its time must be as well where the neighbours forbid the better one.
    const std::uint64_t stamp = other.frame.timestamp_12mhz;
    const float fraction = other.frame.timestamp_fraction;
    const bool fits = (back < 2 || at(back - 2).frame.timestamp_12mhz <= held.frame.timestamp_12mhz) &&
                      (back == size_ || held.frame.timestamp_12mhz <= at(back).frame.timestamp_12mhz);
    other = held;
    if (!fits) {
      other.frame.timestamp_12mhz = stamp;
      other.frame.timestamp_fraction = fraction;
    }
    return true;
  }
  return false;
}

void FrameQueue::push(const ModeSFrame& frame, const Verdict& verdict, Finding finding, float quality,
                      FrameSink& sink) {
  const Held held{frame, finding, quality, verdict.address, verdict.proof, verdict.otherwise};
  if (merge(held)) {
    sink.reject(FrameReject::kDuplicate);
    return;
  }
  if (size_ == kCapacity) release_first(sink);
  std::size_t position = size_++;
  while (position > 0 && at(position - 1).frame.timestamp_12mhz > frame.timestamp_12mhz) {
    at(position) = at(position - 1);
    --position;
  }
  at(position) = held;
}

void FrameQueue::release_first(FrameSink& sink) {
  const Held& held = at(0);
  if (held.proof == Proof::kParity ||
      known_->contains(held.address, static_cast<std::int64_t>(held.frame.timestamp_12mhz))) {
    sink.frames.push_back(held.frame);
    count(held);
  } else {
    sink.reject(held.otherwise);
  }
  first_ = (first_ + 1) % kCapacity;
  --size_;
}

void FrameQueue::count(const Held& held) {
  const ModeSFrame& frame = held.frame;
  ++stats_->frames;
  ++stats_->by_format[static_cast<std::size_t>(frame.df())];
  ++stats_->by_corrected_bits[std::min<std::size_t>(frame.corrected_bits, DemodulatorStats::kRepairedCounts - 1)];
  ++stats_->by_step[static_cast<std::size_t>(held.finding.by)];
  ++stats_->by_effort[static_cast<std::size_t>(held.finding.effort)];
  if (held.finding.uncovered) ++stats_->uncovered;
  if (held.proof == Proof::kAddress) ++stats_->awaited;
  if (frame.signal_dbfs > kStrongDbfs) ++stats_->strong;
  const float power = std::pow(10.0F, 0.1F * frame.signal_dbfs);
  stats_->signal_power += static_cast<double>(power);
  stats_->peak_power = std::max(stats_->peak_power, power);
}

void FrameQueue::release_before(std::int64_t tick, FrameSink& sink) {
  while (size_ > 0 && static_cast<std::int64_t>(at(0).frame.timestamp_12mhz) < tick) release_first(sink);
}

void FrameQueue::release_all(FrameSink& sink) {
  while (size_ > 0) release_first(sink);
}

}  // namespace airspool::modes
