// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "families.h"
#include "units.h"

// Target state and status, type code 29 (register 6,2).
//
// Subtype 1, version 2 (DO-260B 2.2.3.2.7.1; Doc 9871 table C-2-98):
//
//   ME  1-5    type code 29
//       6-7    subtype
//       8      SIL supplement: 0 per hour, 1 per sample
//       9      selected altitude: 0 of the MCP/FCU, 1 of the FMS
//       10-20  selected altitude, sent as value + 1 in steps of 32 ft; 0 = none
//       21-29  pressure setting less 800 hPa, value + 1 in steps of 0.8 hPa; 0 = none
//       30     1 = selected heading is valid
//       31-39  selected heading, 360/512 degrees a step
//       40-43  NACp
//       44     NIC baro
//       45-46  SIL
//       47     1 = the modes are told: 48 autopilot, 49 VNAV, 50 altitude hold, 52 approach, 54 LNAV
//       51     IMF in ADS-R
//       53     TCAS is operational
//
// Subtype 0, version 1 (DO-260A 2.2.3.2.7.1):
//
//       8-9    vertical data of: 0 nobody, 1 MCP/FCU, 2 held altitude, 3 FMS
//       11     1 = not this format
//       16-25  target altitude, 100 ft a step from -1000 ft; up to 1010
//       26-27  horizontal data of: 0 nobody, else as in 8-9
//       28-36  target heading or track, degrees, 0-359
//       37     0 heading, 1 track
//       40-46  NACp, NIC baro, SIL as above
//       54-56  emergency, as in type code 28
namespace airspool::modes {
namespace {

constexpr std::uint32_t kLastTargetAltitude = 1010;
constexpr std::uint32_t kLastTargetDegree = 359;

TargetState decode_version_2(const MeField& me) {
  TargetState result;
  result.subtype = 1;
  result.sil_per_sample = me.flag(8);
  if (const std::uint32_t altitude = me.field(10, 20); altitude != 0) {
    result.selected_altitude_m = (altitude - 1) * (32.0 * kMetresPerFoot);
    result.altitude_source = me.flag(9) ? AltitudeSource::kFms : AltitudeSource::kMcp;
  }
  if (const std::uint32_t setting = me.field(21, 29); setting != 0) {
    result.baro_setting_hpa = 800.0 + (setting - 1) * 0.8;
  }
  if (me.flag(30)) result.selected_heading_deg = me.field(31, 39) * (360.0 / 512.0);
  if (me.flag(47)) {
    result.autopilot = me.flag(48);
    result.vnav = me.flag(49);
    result.altitude_hold = me.flag(50);
    result.approach = me.flag(52);
    result.lnav = me.flag(54);
  }
  result.acas_operational = me.flag(53);
  return result;
}

std::optional<TargetState> decode_version_1(const MeField& me) {
  if (me.flag(11)) return std::nullopt;
  constexpr AltitudeSource kSources[] = {AltitudeSource::kUnknown, AltitudeSource::kMcp, AltitudeSource::kAircraft,
                                         AltitudeSource::kFms};
  TargetState result;
  result.subtype = 0;
  const std::uint32_t altitude = me.field(16, 25);
  if (me.field(8, 9) != 0 && altitude <= kLastTargetAltitude) {
    result.selected_altitude_m = (100.0 * altitude - 1000.0) * kMetresPerFoot;
    result.altitude_source = kSources[me.field(8, 9)];
  }
  const std::uint32_t heading = me.field(28, 36);
  if (me.field(26, 27) != 0 && heading <= kLastTargetDegree) {
    result.selected_heading_deg = heading;
    result.heading_is_track = me.flag(37);
  }
  result.emergency = static_cast<Emergency>(me.field(54, 56));
  return result;
}

}  // namespace

std::optional<TargetState> decode_target_state(const MeField& me) {
  const std::uint32_t subtype = me.field(6, 7);
  if (subtype > 1) return std::nullopt;
  auto result = subtype == 1 ? decode_version_2(me) : decode_version_1(me);
  if (!result) return result;
  result->nac_p = static_cast<std::uint8_t>(me.field(40, 43));
  result->nic_baro = me.flag(44);
  result->sil = static_cast<std::uint8_t>(me.field(45, 46));
  return result;
}

}  // namespace airspool::modes
