// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"

// BDS 3,0, active resolution advisory (ICAO Annex 10 Vol IV 4.3.8.4.2.2.1; Doc 9871 table A-2-48): the layout is in
// resolution_advisory.cpp, with 3,0 in bits 1-8. Bits 16-22 of the advisories are reserved, threat type 3 is not
// assigned, and where there is no threat its place is empty.
namespace airspool::modes {

Evidence weigh_bds_30(const MbBits& mb, const CommBContext& /*context*/) {
  constexpr std::uint32_t kNoThreat = 0;
  constexpr std::uint32_t kByAddress = 1;
  constexpr std::uint32_t kNotAssigned = 3;
  Evidence evidence(-4.0);
  evidence.require(mb.field(1, 8) == 0x30);
  evidence.add(8.0);
  evidence.zeros(mb, 16, 22);
  const std::uint32_t threat = mb.field(29, 30);
  evidence.require(threat != kNotAssigned);
  if (threat == kNoThreat) evidence.zeros(mb, 31, 56);
  if (threat == kByAddress) evidence.zeros(mb, 55, 56);
  return evidence;
}

}  // namespace airspool::modes
