// SPDX-License-Identifier: Apache-2.0
#include "sim/altitude_code.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace airspool::radio::sim {
namespace {

// The 13 pulses in the order in which they are sent; the first is bit 12.
enum Pulse : unsigned {
  kC1 = 12,
  kA1 = 11,
  kC2 = 10,
  kA2 = 9,
  kC4 = 8,
  kA4 = 7,
  kB1 = 5,
  kD1 = 4,
  kB2 = 3,
  kD2 = 2,
  kB4 = 1,
  kD4 = 0
};
constexpr unsigned kQ = 4;  // where D1 stands in an identity code

std::uint16_t code_25_feet(double altitude_ft) {
  const double steps = std::floor((altitude_ft + 1000.0) / 25.0 + 0.5);
  const auto n = static_cast<unsigned>(std::clamp(steps, 0.0, 2047.0));
  // 6 bits, M = 0, 1 bit, Q = 1, 4 bits
  return static_cast<std::uint16_t>(((n >> 5U) << 7U) | (((n >> 4U) & 1U) << 5U) | (1U << kQ) | (n & 15U));
}

std::uint16_t code_gillham(double altitude_ft) {
  // Hundreds of feet above -1200 ft: fives go into D2 D4 A1 A2 A4 B1 B2 B4 as a Gray code, the rest into C1 C2 C4,
  // which run forth and back so that each step changes one pulse.
  const double hundreds = std::floor(altitude_ft / 100.0 + 0.5) + 12.0;
  const auto n = static_cast<unsigned>(std::clamp(hundreds, 0.0, 5.0 * 255.0 + 4.0));
  const unsigned fives = n / 5;
  const unsigned rest = fives % 2 == 0 ? n % 5 : 4 - n % 5;
  constexpr std::array<unsigned, 5> kC1C2C4 = {0b001, 0b011, 0b010, 0b110, 0b100};
  const unsigned c = kC1C2C4[rest];
  const unsigned gray = fives ^ (fives >> 1U);
  constexpr std::array<unsigned, 8> kGrayPulses = {kB4, kB2, kB1, kA4, kA2, kA1, kD4, kD2};
  unsigned code = ((c >> 2U) & 1U) << kC1 | ((c >> 1U) & 1U) << kC2 | (c & 1U) << kC4;
  for (unsigned bit = 0; bit < kGrayPulses.size(); ++bit) code |= ((gray >> bit) & 1U) << kGrayPulses[bit];
  return static_cast<std::uint16_t>(code);
}

}  // namespace

std::uint16_t altitude_code_13(double altitude_ft, AltitudeEncoder encoder) {
  return encoder == AltitudeEncoder::k25Feet ? code_25_feet(altitude_ft) : code_gillham(altitude_ft);
}

std::uint16_t altitude_code_12(double altitude_ft, AltitudeEncoder encoder) {
  const unsigned code = altitude_code_13(altitude_ft, encoder);
  return static_cast<std::uint16_t>((code >> 7U) << 6U | (code & 0x3FU));
}

std::uint16_t identity_code(std::uint16_t squawk) {
  const unsigned a = (squawk >> 9U) & 7U;
  const unsigned b = (squawk >> 6U) & 7U;
  const unsigned c = (squawk >> 3U) & 7U;
  const unsigned d = squawk & 7U;
  const auto pulses = [](unsigned digit, unsigned one, unsigned two, unsigned four) {
    return (digit & 1U) << one | ((digit >> 1U) & 1U) << two | ((digit >> 2U) & 1U) << four;
  };
  return static_cast<std::uint16_t>(pulses(a, kA1, kA2, kA4) | pulses(b, kB1, kB2, kB4) | pulses(c, kC1, kC2, kC4) |
                                    pulses(d, kD1, kD2, kD4));
}

}  // namespace airspool::radio::sim
