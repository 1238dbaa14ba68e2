// SPDX-License-Identifier: Apache-2.0
#include "preamble.h"

#include <algorithm>
#include <array>

namespace airspool::modes {
namespace {

constexpr std::array<int, 4> kPulses = {0, 2, 7, 9};              // half-bits with a pulse
constexpr std::array<int, 8> kGaps = {1, 3, 4, 5, 6, 8, 11, 13};  // half-bits that must be empty
constexpr float kGapWeight = 0.5F;                                // makes the mean over pure noise zero
constexpr float kThreshold = 12.0F;                               // in units of the noise power
// The four pulses come from one transmitter: a sum that one of them carries alone is a chance meeting.
constexpr float kLargestShare = 0.55F;
constexpr float kLargestNoise = 4.0F;

bool balanced(const PowerPlanes& planes, std::size_t tick, float noise_power) {
  float sum = 0.0F;
  float largest = 0.0F;
  for (const int half_bit : kPulses) {
    const float power = planes.at(tick + static_cast<std::size_t>(half_bit * kHalfBitTicks));
    sum += power;
    largest = std::max(largest, power);
  }
  return largest <= kLargestShare * sum + kLargestNoise * noise_power;
}

}  // namespace

PreambleSearch::PreambleSearch(int ticks_per_sample, std::size_t max_starts)
    : max_starts_(max_starts),
      correlation_(static_cast<std::size_t>(ticks_per_sample) * (max_starts + 2)),
      best_(max_starts + 2) {
  found_.reserve(max_starts / 2 + 1);  // two maxima are never neighbours
}

void PreambleSearch::correlate(const PowerPlanes& planes, int phase, std::size_t first, std::size_t count) {
  const auto row = [&](int half_bit) {
    const int tick = phase + half_bit * kHalfBitTicks;
    return planes.plane(tick % planes.phases) + tick / planes.phases + first;
  };
  const std::array<const float*, 4> on = {row(kPulses[0]), row(kPulses[1]), row(kPulses[2]), row(kPulses[3])};
  const std::array<const float*, 8> off = {row(kGaps[0]), row(kGaps[1]), row(kGaps[2]), row(kGaps[3]),
                                           row(kGaps[4]), row(kGaps[5]), row(kGaps[6]), row(kGaps[7])};
  float* __restrict out = correlation_.data() + static_cast<std::size_t>(phase) * (max_starts_ + 2);
  float* __restrict best = best_.data();
  for (std::size_t n = 0; n < count; ++n) {
    const float pulses = on[0][n] + on[1][n] + on[2][n] + on[3][n];
    const float gaps = off[0][n] + off[1][n] + off[2][n] + off[3][n] + off[4][n] + off[5][n] + off[6][n] + off[7][n];
    out[n] = pulses - kGapWeight * gaps;
    best[n] = std::max(best[n], out[n]);
  }
}

std::span<const Candidate> PreambleSearch::find(const PowerPlanes& planes, std::size_t first, std::size_t last,
                                                float noise_power) {
  found_.clear();
  const std::size_t starts = std::min(last - first, max_starts_);
  const std::size_t count = starts + 2;  // one neighbour on either side
  std::fill_n(best_.begin(), count, 0.0F);
  for (int phase = 0; phase < planes.phases; ++phase) correlate(planes, phase, first - 1, count);

  const float threshold = kThreshold * noise_power;
  for (std::size_t n = 1; n <= starts; ++n) {
    const float strength = best_[n];
    if (strength < threshold || strength < best_[n - 1] || strength <= best_[n + 1]) continue;
    std::size_t phase = 0;
    while (correlation_[phase * (max_starts_ + 2) + n] < strength) ++phase;
    const std::size_t tick = (first - 1 + n) * static_cast<std::size_t>(planes.phases) + phase;
    if (balanced(planes, tick, noise_power)) found_.push_back({tick, strength});
  }
  return found_;
}

}  // namespace airspool::modes
