// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

#include "sim/exact_math.h"

namespace airspool::radio::sim {

// xoshiro256++ by Blackman and Vigna (prng.di.unimi.it), seeded by splitmix64. Our own, because the distributions of
// the standard library differ from one library to the next.
class Random {
 public:
  // `stream` separates generators of one seed that must not influence one another.
  Random(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t state = seed + stream * 0xD1B54A32D192ED03U;
    for (std::uint64_t& word : words_) {
      state += 0x9E3779B97F4A7C15U;
      std::uint64_t mixed = state;
      mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
      mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
      word = mixed ^ (mixed >> 31U);
    }
  }

  std::uint64_t bits() {
    const std::uint64_t result = rotate(words_[0] + words_[3], 23) + words_[0];
    const std::uint64_t shifted = words_[1] << 17U;
    words_[2] ^= words_[0];
    words_[3] ^= words_[1];
    words_[1] ^= words_[2];
    words_[0] ^= words_[3];
    words_[2] ^= shifted;
    words_[3] = rotate(words_[3], 45);
    return result;
  }

  // [0, 1)
  double uniform() { return static_cast<double>(bits() >> 11U) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  // 0 .. count - 1; count > 0. The bias of the multiplication is below 2^-32.
  std::uint32_t below(std::uint32_t count) {
    return static_cast<std::uint32_t>(((bits() >> 32U) * static_cast<std::uint64_t>(count)) >> 32U);
  }
  bool chance(double probability) { return uniform() < probability; }
  // Of mean 0 and sigma 1 (Box and Muller).
  double normal() {
    const double radius = std::sqrt(-2.0 * natural_log(1.0 - uniform()));
    return radius * cosine(2.0 * kPi * uniform());
  }
  // Time between two events of a Poisson process with this mean.
  double exponential_of_mean(double mean) { return -mean * natural_log(1.0 - uniform()); }

 private:
  static std::uint64_t rotate(std::uint64_t x, unsigned by) { return (x << by) | (x >> (64U - by)); }
  std::array<std::uint64_t, 4> words_{};
};

}  // namespace airspool::radio::sim
