// SPDX-License-Identifier: Apache-2.0
#include "families.h"
#include "units.h"

// AC field (ICAO Annex 10 Vol IV 3.1.2.6.5.4), bits 20-32 of DF0, 4, 16, 20:
//
//   bit  20 21 22 23 24 25 26 27 28 29 30 31 32
//        C1 A1 C2 A2 C4 A4  M B1  Q B2 D2 B4 D4
//
//   all zero  altitude not available
//   M = 1     metres, a coding that was reserved and never defined: not available
//   Q = 1     the other eleven bits are N, altitude = 25 N - 1000 ft
//   Q = 0     100 ft steps in the code of Mode C (Annex 10 Vol IV, appendix to chapter 3), where D1 is always 0 and
//             leaves its place to Q
//
// The 12-bit field of the airborne position (DO-260B 2.2.3.2.3.4) is the same without M.
namespace airspool::modes {
namespace {

constexpr std::uint32_t kMetric = 1U << 6U;
constexpr std::uint32_t kQ = 1U << 4U;

constexpr std::uint32_t from_gray(std::uint32_t gray) {
  gray ^= gray >> 4U;
  gray ^= gray >> 2U;
  gray ^= gray >> 1U;
  return gray;
}

// Hundreds of feet. D2 D4 A1 A2 A4 B1 B2 B4 are a Gray count of 500 ft; C1 C2 C4 a second one of 100 ft that runs
// 1 2 3 4 5 and back within each 500 ft, where 5 is sent as 7. The count starts at -1200 ft, the table at -1000 ft.
constexpr std::optional<int> mode_c_hundreds(std::uint32_t code) {
  const auto bit = [code](unsigned number) { return code >> (32U - number) & 1U; };
  const std::uint32_t five_hundreds = from_gray(bit(30) << 7U | bit(32) << 6U | bit(21) << 5U | bit(23) << 4U |
                                                bit(25) << 3U | bit(27) << 2U | bit(29) << 1U | bit(31));
  std::uint32_t hundreds = from_gray(bit(20) << 2U | bit(22) << 1U | bit(24));
  if (hundreds == 7) {
    hundreds = 5;
  } else if (hundreds == 0 || hundreds > 4) {
    return std::nullopt;
  }
  if (five_hundreds % 2 != 0) hundreds = 6 - hundreds;
  const int altitude = static_cast<int>(5 * five_hundreds + hundreds) - 13;
  if (altitude < -10) return std::nullopt;
  return altitude;
}
static_assert(mode_c_hundreds(0b0010000000000) == -10);  // C2 alone: the first row of the table

}  // namespace

std::optional<double> altitude_from_ac13_m(std::uint32_t code) {
  if (code == 0 || (code & kMetric) != 0) return std::nullopt;
  if ((code & kQ) != 0) {
    const std::uint32_t n = (code & 0x1F80U) >> 2U | (code & 0x0020U) >> 1U | (code & 0x000FU);
    return (25.0 * n - 1000.0) * kMetresPerFoot;
  }
  const std::optional<int> hundreds = mode_c_hundreds(code);
  if (!hundreds) return std::nullopt;
  return *hundreds * (100.0 * kMetresPerFoot);
}

std::optional<double> altitude_from_ac12_m(std::uint32_t code) {
  return altitude_from_ac13_m((code & 0xFC0U) << 1U | (code & 0x03FU));
}

}  // namespace airspool::modes
