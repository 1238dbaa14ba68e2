// SPDX-License-Identifier: Apache-2.0
#include "families.h"
#include "units.h"

// TIS-B coarse airborne position, DF18 with control field 3, which has no type code (DO-260B 2.2.17.3.5; Doc 9871
// B.3.6):
//
//   ME  1      IMF
//       2-3    surveillance status, as in the airborne position
//       4-7    service volume
//       8-19   pressure altitude, see altitude_code.cpp
//       20     1 = track is valid
//       21-25  track, 360/32 degrees a step
//       26-31  ground speed: 0 unknown, 1 below 16 knots, n: the step of 32 knots around 32 (n - 1), 63 beyond
//       32     CPR format
//       33-44  CPR latitude, 12 bits
//       45-56  CPR longitude, 12 bits
//
// A half of 12 bits is the same fraction of its zone as one of 17 whose last five are 0 (DO-260B A.1.7: Nb = 12).
namespace airspool::modes {
namespace {

constexpr unsigned kMissingBits = 17 - 12;
constexpr std::uint32_t kSlow = 1;
constexpr std::uint32_t kBeyond = 63;

}  // namespace

CoarsePosition decode_coarse_position(const MeField& me) {
  CoarsePosition result;
  const std::uint32_t status = me.field(2, 3);
  result.alert = status == 1 || status == 2;
  result.spi = status == 3;
  result.baro_altitude_m = altitude_from_ac12_m(me.field(8, 19));
  if (me.flag(20)) result.true_track_deg = me.field(21, 25) * (360.0 / 32.0);
  if (const std::uint32_t speed = me.field(26, 31); speed > kSlow && speed != kBeyond) {
    result.ground_speed_mps = 32.0 * (speed - 1) * kMpsPerKnot;
  }
  result.cpr = CprPosition{me.field(33, 44) << kMissingBits, me.field(45, 56) << kMissingBits, me.flag(32)};
  return result;
}

}  // namespace airspool::modes
