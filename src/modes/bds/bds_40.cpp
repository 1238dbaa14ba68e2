// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"
#include "units.h"

// BDS 4,0, selected vertical intention (Doc 9871 table A-2-64):
//
//   MB  1      status    2-13   altitude selected on the MCP/FCU, 16 ft a step
//       14     status    15-26  altitude selected in the FMS, 16 ft a step
//       27     status    28-39  barometric pressure setting less 800 hPa, 0.1 hPa a step
//       40-47  reserved
//       48     status    49 VNAV, 50 altitude hold, 51 approach
//       52-53  reserved
//       54     status    55-56  source of the target altitude: 1 the aircraft's altitude, 2 MCP/FCU, 3 FMS
namespace airspool::modes {
namespace {

constexpr std::uint32_t kFeetPerStep = 16;

std::optional<double> altitude_m(const MbBits& mb, unsigned status) {
  if (!mb.flag(status)) return std::nullopt;
  return mb.field(status + 1, status + 12) * (kFeetPerStep * kMetresPerFoot);
}

// Crews select hundreds of feet, or tens of metres where they fly metres; 16 ft cut both.
void weigh_altitude(std::uint32_t code, Evidence& evidence) {
  constexpr std::uint32_t kCeilingFeet = 50'000;
  const std::uint32_t feet = kFeetPerStep * code;
  evidence.require(feet <= kCeilingFeet);
  const std::uint32_t over = feet % 100;
  const bool hundreds = over <= 8 || over >= 92;
  evidence.among(hundreds ? 0.95 : 0.05, hundreds ? 0.17 : 0.83);
}

}  // namespace

VerticalIntention decode_bds_40(const MbBits& mb) {
  VerticalIntention result;
  result.mcp_altitude_m = altitude_m(mb, 1);
  result.fms_altitude_m = altitude_m(mb, 14);
  if (mb.flag(27)) result.baro_setting_hpa = 800.0 + mb.field(28, 39) * 0.1;
  if (mb.flag(48)) {
    result.vnav = mb.flag(49);
    result.altitude_hold = mb.flag(50);
    result.approach = mb.flag(51);
  }
  if (mb.flag(54)) {
    constexpr AltitudeSource kSources[] = {AltitudeSource::kUnknown, AltitudeSource::kAircraft, AltitudeSource::kMcp,
                                           AltitudeSource::kFms};
    result.target_source = kSources[mb.field(55, 56)];
  }
  return result;
}

Evidence weigh_bds_40(const MbBits& mb, const CommBContext& /*context*/) {
  Evidence evidence(0.0);
  if (evidence.status(mb, 1, 13, 0.9)) weigh_altitude(mb.field(2, 13), evidence);
  if (evidence.status(mb, 14, 26, 0.35)) weigh_altitude(mb.field(15, 26), evidence);
  if (evidence.status(mb, 27, 39, 0.85)) {
    const double setting_hpa = 800.0 + mb.field(28, 39) * 0.1;
    const bool weather = setting_hpa >= 970.0 && setting_hpa <= 1050.0;
    evidence.require(setting_hpa >= 850.0 && setting_hpa <= 1100.0);
    evidence.among(weather ? 0.99 : 0.01, weather ? 0.2 : 0.8);
  }
  evidence.zeros(mb, 40, 47);
  evidence.status(mb, 48, 51, 0.4);
  evidence.zeros(mb, 52, 53);
  evidence.status(mb, 54, 56, 0.4);
  return evidence;
}

}  // namespace airspool::modes
