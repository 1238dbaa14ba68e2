// SPDX-License-Identifier: Apache-2.0
#include "preamble.h"

#include <algorithm>
#include <array>

#include "vector_clones.h"

namespace airspool::modes {
namespace {

constexpr std::array<int, 8> kGaps = {1, 3, 4, 5, 8, 11, 12, 14};  // half-bits that must be empty

struct PreambleRows {
  std::array<const float*, 4> on;
  std::array<const float*, 8> off;
};

AIRSPOOL_VECTOR_CLONES
void correlate_rows(const PreambleRows& rows, std::size_t count, float gap_weight, float* __restrict out,
                    float* __restrict best) {
  const auto [on0, on1, on2, on3] = rows.on;
  const auto [off0, off1, off2, off3, off4, off5, off6, off7] = rows.off;
  for (std::size_t n = 0; n < count; ++n) {
    const float pulses = (on0[n] + on1[n]) + (on2[n] + on3[n]);
    const float gaps = ((off0[n] + off1[n]) + (off2[n] + off3[n])) + ((off4[n] + off5[n]) + (off6[n] + off7[n]));
    const float strength = pulses - gap_weight * gaps;
    out[n] = strength;
    best[n] = best[n] > strength ? best[n] : strength;
  }
}

// The four pulses come from one transmitter: a sum that one of them carries alone is a chance meeting.
bool balanced(const Planes& planes, std::size_t tick, const PreambleTest& test, float noise_power) {
  float sum = 0.0F;
  float largest = 0.0F;
  for (const int half_bit : kPreamblePulseAt) {
    const float power = planes.power_at(tick + static_cast<std::size_t>(half_bit * kHalfBitTicks));
    sum += power;
    largest = std::max(largest, power);
  }
  return largest <= test.largest_share * sum + test.largest_noise * noise_power;
}

}  // namespace

PreambleSearch::PreambleSearch(int ticks_per_sample, std::size_t max_samples)
    : stride_(max_samples),
      correlation_(static_cast<std::size_t>(ticks_per_sample) * max_samples),
      best_(max_samples) {}

void PreambleSearch::correlate(const Planes& planes, int phase, std::size_t first, std::size_t count,
                               float gap_weight) {
  const auto row = [&](int half_bit) {
    const int tick = phase + half_bit * kHalfBitTicks;
    return planes.power_plane(tick % planes.phases) + tick / planes.phases + first;
  };
  PreambleRows rows{};
  for (std::size_t k = 0; k < rows.on.size(); ++k) rows.on[k] = row(kPreamblePulseAt[k]);
  for (std::size_t k = 0; k < rows.off.size(); ++k) rows.off[k] = row(kGaps[k]);
  correlate_rows(rows, count, gap_weight, correlation_.data() + static_cast<std::size_t>(phase) * stride_,
                 best_.data());
}

void PreambleSearch::find(const Planes& planes, std::size_t first, std::size_t last, const PreambleTest& test,
                          float noise_power, std::vector<Candidate>& found) {
  if (last <= first) return;
  const std::size_t starts = std::min(last - first, stride_ - 2);
  const std::size_t count = starts + 2;  // one neighbour on either side
  std::fill_n(best_.begin(), count, 0.0F);
  for (int phase = 0; phase < planes.phases; ++phase) correlate(planes, phase, first - 1, count, test.gap_weight);

  const float threshold = test.threshold * noise_power;
  for (std::size_t n = 1; n <= starts; ++n) {
    const float strength = best_[n];
    if (strength < threshold || strength < best_[n - 1] || strength <= best_[n + 1]) continue;
    std::size_t phase = 0;
    while (correlation_[phase * stride_ + n] < strength) ++phase;
    const std::size_t tick = (first - 1 + n) * static_cast<std::size_t>(planes.phases) + phase;
    if (balanced(planes, tick, test, noise_power)) found.push_back({tick, strength});
  }
}

}  // namespace airspool::modes
