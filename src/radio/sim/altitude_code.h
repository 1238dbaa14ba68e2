// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace airspool::radio::sim {

// How a transponder says its pressure altitude.
enum class AltitudeEncoder : std::uint8_t {
  k25Feet,   // Q bit set: Annex 10 Vol IV 3.1.2.6.5.4 b
  kGillham,  // 100 ft steps in the Gray code of Mode C: 3.1.2.6.5.4 a, Vol IV chapter 3 appendix
};

// The 13-bit altitude code of DF0/4/16/20, most significant bit first as sent: C1 A1 C2 A2 C4 A4 M B1 Q B2 D2 B4 D4.
// Altitudes out of range (-1000 .. 50175 ft, Gillham -1200 .. 126200 ft) are held at its end.
std::uint16_t altitude_code_13(double altitude_ft, AltitudeEncoder encoder);
// The 12 bits of an airborne position: the same without M (DO-260B 2.2.3.2.3.4.1).
std::uint16_t altitude_code_12(double altitude_ft, AltitudeEncoder encoder);

// The 13-bit identity code of DF5/21: C1 A1 C2 A2 C4 A4 0 B1 D1 B2 D2 B4 D4 (Annex 10 Vol IV 3.1.2.6.7.1). `squawk` in
// binary: 07700 is emergency.
std::uint16_t identity_code(std::uint16_t squawk);

}  // namespace airspool::radio::sim
