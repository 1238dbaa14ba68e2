// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/random.h"

namespace airspool::radio::sim {

// White Gaussian noise and the 8-bit converter. A noise value is the sum of two draws from a table of 4096 quantiles:
// normal to within 1 % of its density out to 3.5 sigma, at the cost of one random number for four look-ups.
class NoisyConverter {
 public:
  // `gain_i` is that of I, with its noise, over that of Q; `offset_lsb` is added to both.
  NoisyConverter(std::uint64_t seed, double sigma_lsb, double gain_i = 1.0, double offset_lsb = 0.0);

  // Adds noise to the samples and writes them as I, Q, I, Q, ... with zero at 127.5 + the offset, clipped to 0 .. 255.
  // `out` holds twice as many bytes as `i` holds samples.
  void convert(std::span<const float> i, std::span<const float> q, std::span<std::byte> out);

 private:
  static constexpr std::size_t kEntries = 4096;
  Random random_;
  const float gain_i_;
  const float offset_;
  std::array<float, kEntries> quantiles_{};
};

}  // namespace airspool::radio::sim
