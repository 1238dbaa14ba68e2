// SPDX-License-Identifier: Apache-2.0
#include "families.h"
#include "units.h"

// Resolution advisory of ACAS (ICAO Annex 10 Vol IV 4.3.8.4.2.2; Doc 9871 table A-2-48), the same bits in three places:
// type code 28 subtype 2 (register 6,1), register 3,0, and the MV field of DF16, which ends at bit 28.
//
//   1-8    what it is: type code and subtype; BDS 3,0; VDS 3,0
//   9-22   active advisories ARA; bit 9 = 1: one sense for all threats, then
//            10 corrective  11 downwards  12 more rate  13 sense reversed  14 crossing  15 positive  16-22 reserved
//   23-26  complements RAC: do not pass below, do not pass above, do not turn left, do not turn right
//   27     terminated, sent for 18 s afterwards
//   28     more than one threat
//   29-30  threat type: 0 none, 1 address in 31-54, 2 place, 3 not assigned
//   31-43  altitude of the threat as in the AC field
//   44-50  its range: 0 unknown, 1 below 0.05 NM, n: (n - 1) / 10 NM to the nearest tenth, 127 beyond 12.55 NM
//   51-56  its bearing: 0 unknown, n: from 6 (n - 1) to 6 n degrees right of the nose; 61-63 not assigned
namespace airspool::modes {
namespace {

constexpr std::uint32_t kBeyondRange = 127;
constexpr std::uint32_t kLastBearing = 60;

}  // namespace

ResolutionAdvisory decode_resolution_advisory(const MeField& me, bool with_threat) {
  ResolutionAdvisory result;
  result.active_advisories = static_cast<std::uint16_t>(me.field(9, 22));
  result.complements = static_cast<std::uint8_t>(me.field(23, 26));
  result.terminated = me.flag(27);
  result.several_threats = me.flag(28);
  if (!with_threat) return result;
  result.threat = static_cast<ResolutionAdvisory::Threat>(me.field(29, 30));
  if (result.threat == ResolutionAdvisory::Threat::kAddress) {
    result.threat_address = Icao24::icao(me.field(31, 54));
  } else if (result.threat == ResolutionAdvisory::Threat::kPlace) {
    result.threat_altitude_m = altitude_from_ac13_m(me.field(31, 43));
    const std::uint32_t range = me.field(44, 50);
    if (range != 0 && range != kBeyondRange) result.threat_range_m = (range - 1) * 0.1 * kMetresPerNauticalMile;
    const std::uint32_t bearing = me.field(51, 56);
    if (bearing != 0 && bearing <= kLastBearing) result.threat_bearing_deg = 6.0 * bearing - 3.0;
  }
  return result;
}

}  // namespace airspool::modes
