// SPDX-License-Identifier: Apache-2.0
#include "soft_bits.h"

#include <algorithm>
#include <cmath>

namespace airspool::modes {
namespace {

constexpr float kStepsPerNat = 16.0F;
constexpr float kCertainNats = 12.0F;
constexpr auto kEntries = static_cast<std::size_t>(kCertainNats * kStepsPerNat) + 1;

std::array<float, kEntries> make_table() {
  std::array<float, kEntries> table{};
  for (std::size_t n = 0; n < kEntries; ++n) {
    table[n] = static_cast<float>(std::log1p(std::exp(-static_cast<double>(n) / kStepsPerNat)));
  }
  return table;
}

const std::array<float, kEntries> kDoubt = make_table();

inline float look_up(float llr) {
  const float place = std::min(std::abs(llr), kCertainNats) * kStepsPerNat;
  return kDoubt[static_cast<std::size_t>(static_cast<int>(place + 0.5F))];
}

}  // namespace

float doubt(float llr) { return look_up(llr); }

float doubt(const SoftBits& soft, int first, int last) {
  float sum = 0.0F;
  for (int bit = first; bit < last; ++bit) sum += look_up(soft.llr[static_cast<std::size_t>(bit)]);
  return sum;
}

std::array<std::uint8_t, kLongFrameBytes> decided(const SoftBits& soft) {
  std::array<std::uint8_t, kLongFrameBytes> bytes{};
  for (std::size_t byte = 0; byte < static_cast<std::size_t>(soft.bits) / 8; ++byte) {
    unsigned value = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) value = value << 1U | (soft.one(8 * byte + bit) ? 1U : 0U);
    bytes[byte] = static_cast<std::uint8_t>(value);
  }
  return bytes;
}

}  // namespace airspool::modes
