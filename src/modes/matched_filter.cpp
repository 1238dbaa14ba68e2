// SPDX-License-Identifier: Apache-2.0
#include "matched_filter.h"

#include <cmath>

namespace airspool::modes {
namespace {

// A rectangular pulse of one half-bit with its edges rounded by a receiver that passes about half the sample rate.
double rounded_pulse(double tick, int ticks_per_sample) {
  const double rounding = 0.42 * ticks_per_sample;
  return 0.5 * (std::erf(tick / rounding) - std::erf((tick - kHalfBitTicks) / rounding));
}

}  // namespace

MatchedFilter::MatchedFilter(int ticks_per_sample, std::size_t max_samples) {
  planes_.phases = ticks_per_sample;
  planes_.stride = max_samples;
  planes_.values.assign(static_cast<std::size_t>(ticks_per_sample) * max_samples, 0.0F);
  for (int phase = 0; phase < ticks_per_sample; ++phase) {
    const auto p = static_cast<std::size_t>(phase);
    double energy = 0.0;
    std::array<double, kTaps> shape{};
    for (std::size_t k = 0; k < kTaps; ++k) {
      shape[k] = rounded_pulse(static_cast<double>(k) * ticks_per_sample - phase, ticks_per_sample);
      energy += shape[k] * shape[k];
    }
    gains_[p] = static_cast<float>(energy);
    for (std::size_t k = 0; k < kTaps; ++k) taps_[p][k] = static_cast<float>(shape[k] / std::sqrt(energy));
  }
}

const PowerPlanes& MatchedFilter::run(std::span<const float> i, std::span<const float> q) {
  const std::size_t count = i.size() < kTaps ? 0 : i.size() - (kTaps - 1);
  const float* __restrict in_i = i.data();
  const float* __restrict in_q = q.data();
  for (std::size_t p = 0; p < static_cast<std::size_t>(planes_.phases); ++p) {
    float* __restrict out = planes_.values.data() + p * planes_.stride;
    const float a = taps_[p][0];
    const float b = taps_[p][1];
    const float c = taps_[p][2];
    for (std::size_t n = 0; n < count; ++n) {
      const float y_i = a * in_i[n] + b * in_i[n + 1] + c * in_i[n + 2];
      const float y_q = a * in_q[n] + b * in_q[n + 1] + c * in_q[n + 2];
      out[n] = y_i * y_i + y_q * y_q;
    }
  }
  return planes_;
}

}  // namespace airspool::modes
