// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "families.h"

// Aircraft identification and category (DO-260B 2.2.3.2.5; register 0,8):
//
//   ME  1-5   type code 4, 3, 2, 1: category set A, B, C, D
//       6-8   category within the set, 0 = no information
//       9-56  eight characters of 6 bits (ICAO Annex 10 Vol IV table 3-9): 1-26 are A-Z, 32 a space, 48-57 are 0-9
namespace airspool::modes {
namespace {

constexpr std::string_view kAlphabet =
    "?ABCDEFGHIJKLMNOPQRSTUVWXYZ?????"
    " ???????????????0123456789??????";
static_assert(kAlphabet.size() == 64);

}  // namespace

Callsign decode_callsign(const MeField& field, unsigned first_bit) {
  Callsign callsign;
  for (unsigned i = 0; i < callsign.characters.size(); ++i) {
    const unsigned bit = first_bit + 6 * i;
    const char character = kAlphabet[field.field(bit, bit + 5)];
    if (character == '?') return {};
    callsign.characters[i] = character;
    if (character != ' ') callsign.length = static_cast<std::uint8_t>(i + 1);
  }
  return callsign;
}

Identification decode_identification(const MeField& me) {
  Identification result;
  result.category_set = static_cast<std::uint8_t>(0xE - me.field(1, 5));
  result.category_code = static_cast<std::uint8_t>(me.field(6, 8));
  result.callsign = decode_callsign(me, 9);
  return result;
}

}  // namespace airspool::modes
