// SPDX-License-Identifier: Apache-2.0
#include "sim/noise.h"

#include <algorithm>
#include <cmath>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

std::byte quantise(float value) {
  return static_cast<std::byte>(static_cast<std::uint8_t>(std::clamp(value + 128.0F, 0.0F, 255.0F)));
}

}  // namespace

NoisyConverter::NoisyConverter(std::uint64_t seed, double sigma_lsb, double gain_i, double offset_lsb)
    : random_(seed, 2), gain_i_(static_cast<float>(gain_i)), offset_(static_cast<float>(offset_lsb)) {
  // The normal distribution is summed up in small steps from 0 upwards; where the sum passes the middle of the next of
  // 2048 equal shares lies its quantile. The lower half mirrors the upper.
  constexpr double kStep = 1e-4;
  constexpr std::size_t kHalf = kEntries / 2;
  const double norm = kStep / std::sqrt(2.0 * kPi);
  std::array<double, kHalf> upper{};
  double sum = 0.0;
  std::size_t found = 0;
  double squares = 0.0;
  for (int n = 0; found < kHalf; ++n) {
    const double middle = (n + 0.5) * kStep;
    const double density = norm * exponential(-middle * middle / 2.0);
    const double wanted = (static_cast<double>(found) + 0.5) / kEntries;
    if (sum + density > wanted) {
      upper[found] = n * kStep + kStep * (wanted - sum) / density;
      squares += upper[found] * upper[found];
      ++found;
    }
    sum += density;
  }
  // Two draws of half the variance make one of the whole; what the cut tail lacks is made good by the scale.
  const double scale = sigma_lsb * std::sqrt(0.5) / std::sqrt(squares / kHalf);
  for (std::size_t n = 0; n < kHalf; ++n) {
    quantiles_[kHalf + n] = static_cast<float>(scale * upper[n]);
    quantiles_[kHalf - 1 - n] = static_cast<float>(-scale * upper[n]);
  }
}

void NoisyConverter::convert(std::span<const float> i, std::span<const float> q, std::span<std::byte> out) {
  constexpr std::uint64_t kMask = kEntries - 1;
  for (std::size_t n = 0; n < i.size(); ++n) {
    const std::uint64_t bits = random_.bits();
    const float noise_i = quantiles_[bits & kMask] + quantiles_[(bits >> 12U) & kMask];
    const float noise_q = quantiles_[(bits >> 24U) & kMask] + quantiles_[(bits >> 36U) & kMask];
    out[2 * n] = quantise((i[n] + noise_i) * gain_i_ + offset_);
    out[2 * n + 1] = quantise(q[n] + noise_q + offset_);
  }
}

}  // namespace airspool::radio::sim
