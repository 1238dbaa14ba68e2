// SPDX-License-Identifier: Apache-2.0
#include "slicer.h"

#include <algorithm>
#include <cmath>

namespace airspool::modes {
namespace {

// The first 56 bits are looked at in groups: most chance candidates fail on the first of them.
constexpr int kGroupBits = 14;
constexpr int kGroups = kShortBits / kGroupBits;
// Contrast sum|a-b| / sum(a+b) that a candidate must keep up, after each group. Noise gives 0.5; so do at 2.0 MS/s
// frames whose pulse edges meet the samples, which leaves little of the test there.
constexpr std::array<float, kGroups> kMinQuality = {0.38F, 0.44F, 0.48F, 0.52F};
constexpr std::array<float, kGroups> kMinQualityOfWholeSamples = {0.30F, 0.34F, 0.37F, 0.40F};
// How much of the mean power of a bit its halves must differ by to be a change, when read by changes.
constexpr float kHysteresis = 0.18F;
constexpr std::size_t kFormatBits = 5;
constexpr float kTinyPower = 1e-12F;
// Least energy of a group, as a share of what the preamble promises; and of the preamble, of what the data shows.
constexpr float kMinGroupShare = 0.25F;
constexpr float kMinPreambleShare = 0.2F;

}  // namespace

Slicer::Slicer(const MatchedFilter& filter) : filter_(&filter) {
  const PowerPlanes& planes = filter.planes();
  offsets_.reserve(static_cast<std::size_t>(planes.phases) * kFrameHalfBits);
  for (int phase = 0; phase < planes.phases; ++phase) {
    for (int half_bit = 0; half_bit < kFrameHalfBits; ++half_bit) {
      const int tick = phase + half_bit * kHalfBitTicks;
      offsets_.push_back(static_cast<std::uint32_t>(static_cast<std::size_t>(tick % planes.phases) * planes.stride +
                                                    static_cast<std::size_t>(tick / planes.phases)));
    }
  }
}

const std::uint32_t* Slicer::offsets(std::size_t tick) const {
  const auto phases = static_cast<std::size_t>(filter_->planes().phases);
  return offsets_.data() + (tick % phases) * kFrameHalfBits;
}

void Slicer::read(std::size_t tick, int from_bit, int to_bit) {
  const PowerPlanes& planes = filter_->planes();
  const float* base = planes.values.data() + tick / static_cast<std::size_t>(planes.phases);
  const std::uint32_t* where = offsets(tick) + kPreambleHalfBits;
  for (int bit = from_bit; bit < to_bit; ++bit) {
    const auto k = static_cast<std::size_t>(bit);
    halves_[k] = {base[where[2 * k]], base[where[2 * k + 1]]};
  }
}

SliceOutcome Slicer::test_start(const Candidate& candidate, float noise_power, std::size_t end_tick) {
  const float expected = candidate.strength * (static_cast<float>(kGroupBits) / 4.0F);
  const float noise = 2.0F * kGroupBits * noise_power;
  const bool whole_samples = filter_->planes().phases == kHalfBitTicks;
  const auto& min_quality = whole_samples ? kMinQualityOfWholeSamples : kMinQuality;
  float difference = 0.0F;
  float total = 0.0F;
  for (int group = 0; group < kGroups; ++group) {
    const int from = group * kGroupBits;
    const int group_end = (kPreambleHalfBits + 2 * (from + kGroupBits)) * kHalfBitTicks;
    if (candidate.tick + static_cast<std::size_t>(group_end) > end_tick) {
      return group > 0 ? SliceOutcome::kTruncated : SliceOutcome::kNoFrame;
    }
    read(candidate.tick, from, from + kGroupBits);
    float group_total = 0.0F;
    for (int bit = from; bit < from + kGroupBits; ++bit) {
      const Halves& halves = halves_[static_cast<std::size_t>(bit)];
      difference += std::abs(halves.first - halves.second);
      group_total += halves.first + halves.second;
    }
    total += group_total;
    if (group_total - noise < kMinGroupShare * expected) return SliceOutcome::kNoFrame;
    if (difference < min_quality[static_cast<std::size_t>(group)] * total) return SliceOutcome::kNoFrame;
  }
  const bool enough = expected * kGroups >= kMinPreambleShare * (total - noise * kGroups);
  return enough ? SliceOutcome::kFrame : SliceOutcome::kNoFrame;
}

float Slicer::contrast(std::size_t tick, int bits) const {
  const PowerPlanes& planes = filter_->planes();
  const float* base = planes.values.data() + tick / static_cast<std::size_t>(planes.phases);
  const std::uint32_t* where = offsets(tick) + kPreambleHalfBits;
  float sum = 0.0F;
  for (std::size_t k = 0; k < static_cast<std::size_t>(bits); ++k) {
    sum += std::abs(base[where[2 * k]] - base[where[2 * k + 1]]);
  }
  return sum;
}

std::size_t Slicer::sharpest_tick(std::size_t tick, int bits) const {
  float here = contrast(tick, bits);
  const float before = contrast(tick - 1, bits);
  const float after = contrast(tick + 1, bits);
  const bool earlier = before > after;
  float next = earlier ? before : after;
  // The preamble alone is seldom more than two ticks off.
  for (int step = 0; step < 2 && next > here; ++step) {
    tick = earlier ? tick - 1 : tick + 1;
    here = next;
    next = contrast(earlier ? tick - 1 : tick + 1, bits);
  }
  return tick;
}

float Slicer::signal_power(const SlicedFrame& frame, float noise_power) const {
  const PowerPlanes& planes = filter_->planes();
  const auto phases = static_cast<std::size_t>(planes.phases);
  float sum = 0.0F;
  for (std::size_t k = 0; k < static_cast<std::size_t>(frame.bits()); ++k) {
    const bool one = ((frame.bytes[k / 8] >> (7 - k % 8)) & 1U) != 0;
    const std::size_t half_bit = kPreambleHalfBits + 2 * k + (one ? 0 : 1);
    const std::size_t pulse = frame.tick + half_bit * kHalfBitTicks;
    sum += (planes.at(pulse) - noise_power) / filter_->gain(static_cast<int>(pulse % phases));
  }
  return std::max(sum / static_cast<float>(frame.bits()), 1e-9F);
}

SliceOutcome Slicer::slice(const Candidate& candidate, float noise_power, std::size_t end_sample, SlicedFrame& frame) {
  const SliceOutcome start = test_start(candidate, noise_power, end_tick(end_sample));
  if (start != SliceOutcome::kFrame) return start;
  return read_frame(sharpest_tick(candidate.tick, kShortBits), end_tick(end_sample), 0.0F, frame);
}

SliceOutcome Slicer::slice_as_announced(const Candidate& candidate, std::size_t end_sample, SlicedFrame& frame) {
  return read_frame(candidate.tick, end_tick(end_sample), 0.0F, frame);
}

SliceOutcome Slicer::slice_by_changes(const Candidate& candidate, std::size_t end_sample, SlicedFrame& frame) {
  return read_frame(candidate.tick, end_tick(end_sample), kHysteresis, frame);
}

bool Slicer::decide(std::size_t bit, bool previous, float lead) const {
  return halves_[bit].first - halves_[bit].second > (previous ? -lead : lead);
}

SliceOutcome Slicer::read_frame(std::size_t tick, std::size_t end_tick, float hysteresis, SlicedFrame& frame) {
  read(tick, 0, kShortBits);
  float total = 0.0F;
  for (std::size_t k = 0; k < kShortBits; ++k) total += halves_[k].first + halves_[k].second;
  const float lead = hysteresis * total / kShortBits;

  // The half-bit before the first is empty, as after a one.
  bool previous = true;
  std::uint32_t format = 0;
  for (std::size_t k = 0; k < kFormatBits; ++k) {
    previous = decide(k, previous, lead);
    format = format << 1U | (previous ? 1U : 0U);
  }
  if ((kDecodedFormats >> format & 1U) == 0) return SliceOutcome::kUnknownFormat;
  // Annex 10 Vol IV 3.1.2.3.2.1.1: formats 16 and above are long.
  const int bits = format >= 16 ? kLongBits : kShortBits;
  const int frame_ticks = (kPreambleHalfBits + 2 * bits) * kHalfBitTicks;
  if (tick + static_cast<std::size_t>(frame_ticks) > end_tick) return SliceOutcome::kTruncated;
  if (bits == kLongBits) read(tick, kShortBits, kLongBits);

  frame.bytes.fill(0);
  frame.length = static_cast<std::uint8_t>(bits / 8);
  frame.tick = tick;
  float difference = 0.0F;
  total = 0.0F;
  previous = true;
  for (std::size_t k = 0; k < static_cast<std::size_t>(bits); ++k) {
    const Halves& halves = halves_[k];
    const float contrast = halves.first - halves.second;
    const float both = halves.first + halves.second;
    frame.reliability[k] = std::abs(contrast - (previous ? -lead : lead)) / std::sqrt(both + kTinyPower);
    previous = decide(k, previous, lead);
    if (previous) frame.bytes[k / 8] |= static_cast<std::uint8_t>(0x80U >> (k % 8));
    difference += std::abs(contrast);
    total += both;
  }
  frame.quality = difference / (total + kTinyPower);
  return SliceOutcome::kFrame;
}

}  // namespace airspool::modes
