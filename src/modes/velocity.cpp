// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <numbers>

#include "families.h"
#include "units.h"

// Airborne velocity (DO-260B 2.2.3.2.6; register 0,9). Magnitudes are sent as value + 1; 0 means not available.
//
//   ME  1-5    type code 19
//       6-8    subtype: 1 over ground, 3 through the air; 2 and 4 the same for supersonic aircraft, in steps of 4 knots
//       9-10   intent change, IFR capability; in DF18 of TIS-B and ADS-R bit 9 is the IMF bit
//       11-13  NACv (version 0: NUCr); TIS-B has NACp in 10-13
//              subtypes 1, 2                            subtypes 3, 4
//       14     1 = towards the west                     1 = heading available
//       15-24  east-west speed                          heading, 360/1024 degrees a step
//       25     1 = towards the south                    0 indicated, 1 true airspeed
//       26-35  north-south speed                        airspeed
//       36     source of the vertical rate: 0 GNSS, 1 barometric (TIS-B has another flag here)
//       37     1 = downwards
//       38-46  vertical rate, 64 ft/min a step
//       47-48  reserved
//       49     1 = GNSS height below barometric altitude
//       50-56  their difference, 25 ft a step (TIS-B has quality codes here: DO-260B 2.2.17.3.4)
namespace airspool::modes {
namespace {

// Sent as value + 1, so that 0 can mean "not available".
constexpr std::optional<double> magnitude(std::uint32_t sent, bool negative, double step) {
  if (sent == 0) return std::nullopt;
  const double value = (sent - 1) * step;
  return negative ? -value : value;
}

void decode_over_ground(const MeField& me, double step_mps, Velocity& result) {
  const auto east = magnitude(me.field(15, 24), me.flag(14), step_mps);
  const auto north = magnitude(me.field(26, 35), me.flag(25), step_mps);
  if (!east || !north) return;
  result.ground_speed_mps = std::sqrt(*east * *east + *north * *north);
  // What hovers has no direction.
  if (*result.ground_speed_mps == 0.0) return;
  const double track = std::atan2(*east, *north) * (180.0 / std::numbers::pi);
  result.true_track_deg = track < 0.0 ? track + 360.0 : track;
}

void decode_through_air(const MeField& me, double step_mps, Velocity& result) {
  if (me.flag(14)) result.heading_deg = me.field(15, 24) * (360.0 / 1024.0);
  result.airspeed_mps = magnitude(me.field(26, 35), false, step_mps);
  result.airspeed_is_true = me.flag(25);
}

}  // namespace

Velocity decode_velocity(const MeField& me, SquitterOrigin origin) {
  Velocity result;
  result.subtype = static_cast<std::uint8_t>(me.field(6, 8));
  const bool supersonic = result.subtype == 2 || result.subtype == 4;
  const double step_mps = supersonic ? 4.0 * kMpsPerKnot : kMpsPerKnot;
  if (result.subtype <= 2) {
    decode_over_ground(me, step_mps, result);
  } else {
    decode_through_air(me, step_mps, result);
  }
  result.vertical_rate_mps = magnitude(me.field(38, 46), me.flag(37), 64.0 * kMpsPerFootPerMinute);
  if (origin != SquitterOrigin::kTisb) {
    result.nac_v = static_cast<std::uint8_t>(me.field(11, 13));
    result.vertical_rate_is_baro = me.flag(36);
    result.geo_minus_baro_m = magnitude(me.field(50, 56), me.flag(49), 25.0 * kMetresPerFoot);
  }
  return result;
}

}  // namespace airspool::modes
