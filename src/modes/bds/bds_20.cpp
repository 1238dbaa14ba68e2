// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "bds/registers.h"
#include "families.h"

// BDS 2,0, aircraft identification (ICAO Annex 10 Vol IV 3.1.2.9; Doc 9871 table A-2-32):
//
//   MB  1-8   2,0
//       9-56  eight characters, see identification.cpp
namespace airspool::modes {

CommBIdentification decode_bds_20(const MbBits& mb) { return {decode_callsign(mb, 9)}; }

Evidence weigh_bds_20(const MbBits& mb, const CommBContext& context) {
  constexpr std::uint32_t kBlank = 0x20;
  constexpr double kLegal = 37.0 / 64.0;
  Evidence evidence(-1.0);
  evidence.require(mb.field(1, 8) == 0x20);
  evidence.add(8.0);
  const Callsign callsign = decode_callsign(mb, 9);
  if (callsign.length == 0) {  // no callsign at all is sent as blanks, or as zeros
    const std::uint32_t first = mb.field(9, 14);
    evidence.require(first == kBlank || first == 0);
    for (unsigned bit = 15; bit <= 51; bit += 6) evidence.require(mb.field(bit, bit + 5) == first);
    evidence.add(40.0);
    return evidence;
  }
  evidence.add(8.0 * -std::log2(kLegal));
  // Blanks fill up the end and are nowhere else.
  const auto name = callsign.view();
  evidence.among(std::ranges::count(name, ' ') == 0 ? 0.97 : 0.03, 0.9);
  evidence.add(5.0 * static_cast<double>(callsign.characters.size() - name.size()));
  if (context.callsign.length != 0 && context.callsign.view() == name) evidence.add(30.0);
  return evidence;
}

}  // namespace airspool::modes
