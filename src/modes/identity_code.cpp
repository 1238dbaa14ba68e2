// SPDX-License-Identifier: Apache-2.0
#include "families.h"

// ID field (ICAO Annex 10 Vol IV 3.1.2.6.7.1), bits 20-32 of DF5 and DF21: the Mode A code, four octal digits A B C D.
//
//   bit  20 21 22 23 24 25 26 27 28 29 30 31 32
//        C1 A1 C2 A2 C4 A4  0 B1 D1 B2 D2 B4 D4
namespace airspool::modes {

std::array<char, 4> squawk_from_id13(std::uint32_t code) {
  const auto digit = [code](unsigned four, unsigned two, unsigned one) {
    const auto bit = [code](unsigned number) { return code >> (32U - number) & 1U; };
    return static_cast<char>('0' + (bit(four) << 2U | bit(two) << 1U | bit(one)));
  };
  return {digit(25, 23, 21), digit(31, 29, 27), digit(24, 22, 20), digit(32, 30, 28)};
}

}  // namespace airspool::modes
