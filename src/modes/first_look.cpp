// SPDX-License-Identifier: Apache-2.0
#include "first_look.h"

#include <algorithm>
#include <cmath>

#include "vector_clones.h"

namespace airspool::modes {
namespace {

// The first 56 bits are looked at in groups.
constexpr int kGroupBits = 14;
constexpr int kGroups = kShortBits / kGroupBits;
// Least energy of a group, as a share of what the preamble promises; and of the preamble, of what the data shows.
constexpr float kMinGroupShare = 0.25F;
constexpr float kMinPreambleShare = 0.2F;
// Below so many nats the first bit does not say alone how long the frame is; the energy in the second half against the
// first helps.
constexpr float kCertainLength = 6.0F;
constexpr float kLongShare = 0.58F;
// At 2.0 MS/s a half-bit is one sample; where the edges of the pulses meet the samples, a bit after its like has little
// contrast.
constexpr float kWholeSampleLoss = 0.18F;
constexpr float kTinyPower = 1e-12F;
constexpr float kFurthestTicks = 2.0F;

AIRSPOOL_VECTOR_CLONES
void power_ratios(const float* __restrict first, const float* __restrict second, int bits, float scale,
                  float* __restrict llr) {
  for (int k = 0; k < bits; ++k) llr[k] = scale * (std::sqrt(first[k]) - std::sqrt(second[k]));
}

}  // namespace

FirstLook::FirstLook(const MatchedFilter& filter, float min_quality) : filter_(&filter) {
  set_min_quality(min_quality);
  const Planes& planes = filter.planes();
  places_.reserve(static_cast<std::size_t>(planes.phases) * kFrameHalfBits);
  for (int phase = 0; phase < planes.phases; ++phase) {
    mean_energy_ += filter.energy(phase) / static_cast<float>(planes.phases);
    for (int half_bit = 0; half_bit < kFrameHalfBits; ++half_bit) {
      const int tick = phase + half_bit * kHalfBitTicks;
      places_.push_back(static_cast<std::uint32_t>(planes.index(static_cast<std::size_t>(tick))));
    }
  }
}

void FirstLook::set_min_quality(float min_quality) {
  if (filter_->planes().phases == kHalfBitTicks) min_quality -= kWholeSampleLoss;
  // The fewer bits, the more does chance decide.
  min_quality_ = {min_quality - 0.12F, min_quality - 0.07F, min_quality - 0.05F, min_quality};
}

void FirstLook::fetch(std::size_t tick, int from_bit, int to_bit) {
  const Planes& planes = filter_->planes();
  const float* base = planes.power.data() + tick / static_cast<std::size_t>(planes.phases);
  const std::uint32_t* where = places(tick) + kPreambleHalfBits;
  for (int bit = from_bit; bit < to_bit; ++bit) {
    const auto k = static_cast<std::size_t>(bit);
    first_[k] = base[where[2 * k]];
    second_[k] = base[where[2 * k + 1]];
  }
}

LookOutcome FirstLook::look(const Candidate& candidate, float noise_power, std::size_t end_sample) {
  const std::size_t end_tick = end_sample * static_cast<std::size_t>(filter_->planes().phases);
  const float expected = candidate.strength * (static_cast<float>(kGroupBits) / kPreamblePulses);
  const float noise = 2.0F * kGroupBits * noise_power;
  float difference = 0.0F;
  float total = 0.0F;
  for (int group = 0; group < kGroups; ++group) {
    const int from = group * kGroupBits;
    const int group_end = (kPreambleHalfBits + 2 * (from + kGroupBits)) * kHalfBitTicks;
    if (candidate.tick + static_cast<std::size_t>(group_end) > end_tick) {
      return group > 0 ? LookOutcome::kTruncated : LookOutcome::kNoFrame;
    }
    fetch(candidate.tick, from, from + kGroupBits);
    float group_total = 0.0F;
    for (std::size_t k = static_cast<std::size_t>(from); k < static_cast<std::size_t>(from + kGroupBits); ++k) {
      difference += std::abs(first_[k] - second_[k]);
      group_total += first_[k] + second_[k];
    }
    total += group_total;
    if (group_total - noise < kMinGroupShare * (expected - 0.5F * noise)) return LookOutcome::kNoFrame;
    if (difference < min_quality_[static_cast<std::size_t>(group)] * total) return LookOutcome::kNoFrame;
  }
  const bool enough = expected * kGroups >= kMinPreambleShare * (total - noise * kGroups);
  return enough ? LookOutcome::kFrame : LookOutcome::kNoFrame;
}

LookOutcome FirstLook::read(const Candidate& candidate, float noise_power, std::size_t end_sample, SoftBits& soft) {
  const std::size_t end_tick = end_sample * static_cast<std::size_t>(filter_->planes().phases);
  float pulses = 0.0F;
  float both = 0.0F;
  for (std::size_t k = 0; k < kShortBits; ++k) {
    pulses += std::max(first_[k], second_[k]);
    both += first_[k] + second_[k];
  }
  const float power = std::max(pulses / kShortBits - noise_power, 0.3F * noise_power);
  const float scale = 2.0F * std::sqrt(power) / noise_power;
  soft.bits = kShortBits;
  power_ratios(first_.data(), second_.data(), kShortBits, scale, soft.llr.data());

  const float long_ratio = soft.llr[0];
  if (long_ratio < -kCertainLength) return LookOutcome::kFrame;
  constexpr std::size_t kLongTicks = kFrameHalfBits * kHalfBitTicks;
  if (candidate.tick + kLongTicks > end_tick) {
    return long_ratio > 0.0F ? LookOutcome::kTruncated : LookOutcome::kFrame;
  }
  fetch(candidate.tick, kShortBits, kLongBits);
  if (long_ratio < kCertainLength) {
    float tail = 0.0F;
    for (std::size_t k = kShortBits; k < kLongBits; ++k) tail += first_[k] + second_[k];
    const float noise = 2.0F * kShortBits * noise_power;
    if (tail - noise < kLongShare * (both - noise)) return LookOutcome::kFrame;
  }
  soft.bits = kLongBits;
  power_ratios(first_.data() + kShortBits, second_.data() + kShortBits, kShortBits, scale,
               soft.llr.data() + kShortBits);
  return LookOutcome::kFrame;
}

float FirstLook::pulse_power(std::size_t tick, const SoftBits& soft) const {
  const Planes& planes = filter_->planes();
  const float* base = planes.power.data() + tick / static_cast<std::size_t>(planes.phases);
  const std::uint32_t* where = places(tick) + kPreambleHalfBits;
  float sum = 0.0F;
  for (std::size_t k = 0; k < static_cast<std::size_t>(soft.bits); ++k)
    sum += base[where[2 * k + (soft.one(k) ? 0 : 1)]];
  const std::uint32_t* preamble = places(tick);
  for (const int half_bit : kPreamblePulseAt) sum += base[preamble[half_bit]];
  return sum;
}

float FirstLook::displacement(std::size_t tick, const SoftBits& soft) const {
  float moved = 0.0F;
  float before = pulse_power(tick - 1, soft);
  float here = pulse_power(tick, soft);
  float after = pulse_power(tick + 1, soft);
  for (int step = 0; step < 2; ++step) {
    if (before > here && before >= after) {
      moved -= 1.0F;
      after = here;
      here = before;
      before = pulse_power(tick - 2 - static_cast<std::size_t>(step), soft);
    } else if (after > here && after > before) {
      moved += 1.0F;
      before = here;
      here = after;
      after = pulse_power(tick + 2 + static_cast<std::size_t>(step), soft);
    } else {
      break;
    }
  }
  const float bend = 2.0F * here - before - after;
  if (bend > kTinyPower) moved += std::clamp(0.5F * (after - before) / bend, -0.5F, 0.5F);
  return std::clamp(moved, -kFurthestTicks, kFurthestTicks);
}

float FirstLook::signal_power(std::size_t tick, const SoftBits& soft, float noise_power) const {
  const auto pulses = static_cast<float>(soft.bits + kPreamblePulses);
  return std::max(pulse_power(tick, soft) / pulses - noise_power, 1e-9F) / mean_energy_;
}

}  // namespace airspool::modes
