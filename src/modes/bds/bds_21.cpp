// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bds/registers.h"
#include "families.h"

// BDS 2,1, aircraft and airline registration markings (Doc 9871 table A-2-33):
//
//   MB  1      1 = registration is there
//       2-43   seven characters, see identification.cpp
//       44     1 = airline is there
//       45-56  two characters
namespace airspool::modes {
namespace {

// `count` characters; empty when one of them is illegal. A read of eight would run past the field.
Callsign characters(const MbBits& mb, unsigned first_bit, unsigned count) {
  std::uint64_t word = 0;
  for (unsigned i = 0; i < 8; ++i) {
    word = word << 6U | (i < count ? mb.field(first_bit + 6 * i, first_bit + 6 * i + 5) : 0x20U);
  }
  std::array<std::uint8_t, 7> bytes{};
  for (unsigned i = 0; i < 6; ++i) bytes.at(6 - i) = static_cast<std::uint8_t>(word >> (8 * i));
  return decode_callsign(MbBits(bytes), 9);
}

}  // namespace

Registration decode_bds_21(const MbBits& mb) {
  Registration result;
  if (mb.flag(1)) result.registration = characters(mb, 2, 7);
  if (mb.flag(44)) result.airline = characters(mb, 45, 2);
  return result;
}

Evidence weigh_bds_21(const MbBits& mb, const CommBContext& /*context*/) {
  constexpr double kBitsPerCharacter = 0.79;  // 37 of 64 are legal
  Evidence evidence(-9.0);
  if (evidence.status(mb, 1, 43, 0.95)) {
    const Callsign registration = characters(mb, 2, 7);
    evidence.require(registration.length >= 3 && std::ranges::count(registration.view(), ' ') == 0);
    evidence.add(7 * kBitsPerCharacter + 5.0 * (7 - registration.length));
  }
  if (evidence.status(mb, 44, 56, 0.5)) {
    evidence.require(characters(mb, 45, 2).length == 2);
    evidence.add(2 * kBitsPerCharacter);
  }
  return evidence;
}

}  // namespace airspool::modes
