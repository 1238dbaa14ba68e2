// SPDX-License-Identifier: Apache-2.0
#include "families.h"
#include "units.h"

// Surface position (DO-260B 2.2.3.2.4; register 0,6):
//
//   ME  1-5    type code 5-8
//       6-12   movement: ground speed on a scale that grows coarser
//       13     1 = track is valid
//       14-20  track, 360/128 degrees a step
//       21     time synchronisation; in DF18 of TIS-B and ADS-R the IMF bit
//       22     CPR format: 0 even, 1 odd
//       23-39  CPR latitude
//       40-56  CPR longitude
namespace airspool::modes {
namespace {

// DO-260B table 2-14: from `code` on, each step adds `step_knots` to `knots`. What is given is the slow end of a step.
struct MovementRange {
  std::uint32_t code;
  double knots;
  double step_knots;
};
constexpr MovementRange kMovement[] = {{2, 0.125, 0.125}, {9, 1.0, 0.25},  {13, 2.0, 0.5},
                                       {39, 15.0, 1.0},   {94, 70.0, 2.0}, {109, 100.0, 5.0}};
constexpr std::uint32_t kNoMovement = 0;
constexpr std::uint32_t kStopped = 1;
constexpr std::uint32_t kFastest = 124;  // 175 knots or more; 125-127 are reserved

std::optional<double> ground_speed_mps(std::uint32_t movement) {
  if (movement == kNoMovement || movement > kFastest) return std::nullopt;
  if (movement == kStopped) return 0.0;
  const MovementRange* range = std::begin(kMovement);
  for (const MovementRange& candidate : kMovement) {
    if (movement >= candidate.code) range = &candidate;
  }
  return (range->knots + (movement - range->code) * range->step_knots) * kMpsPerKnot;
}

}  // namespace

SurfacePosition decode_surface_position(const MeField& me) {
  SurfacePosition result;
  result.ground_speed_mps = ground_speed_mps(me.field(6, 12));
  if (me.flag(13)) result.true_track_deg = me.field(14, 20) * (360.0 / 128.0);
  result.cpr = CprPosition{me.field(23, 39), me.field(40, 56), me.flag(22)};
  return result;
}

}  // namespace airspool::modes
