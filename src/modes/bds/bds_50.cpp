// SPDX-License-Identifier: Apache-2.0
#include <numbers>

#include "bds/registers.h"
#include "units.h"

// BDS 5,0, track and turn report (Doc 9871 table A-2-80):
//
//   MB  1   status  2 sign, 3-11    roll, 45/256 degrees a step, right wing down positive
//       12  status  13 sign, 14-23  true track, 90/512 degrees a step
//       24  status  25-34           ground speed, 2 kt a step
//       35  status  36 sign, 37-45  rate of the track, 8/256 degrees a second a step
//       46  status  47-56           true airspeed, 2 kt a step
namespace airspool::modes {
namespace {

constexpr double kRollStep = 45.0 / 256.0;
constexpr double kTrackStep = 90.0 / 512.0;
constexpr double kRateStep = 8.0 / 256.0;
constexpr double kSpeedStepKnots = 2.0;
constexpr double kSpeedRangeKnots = 2'048.0;
constexpr double kFastestKnots = 700.0;

void weigh_roll(double roll_deg, Evidence& evidence) {
  const double bank = std::abs(roll_deg);
  evidence.require(bank <= 60.0);
  if (bank <= 6.0) {
    evidence.among(0.75, 12.0 / 180.0);
  } else if (bank <= 35.0) {
    evidence.among(0.245, 58.0 / 180.0);
  } else {
    evidence.among(0.005, 110.0 / 180.0);
  }
}

// A level turn: rate = g tan(roll) / speed.
void weigh_turn(double roll_deg, double rate_deg_per_s, double speed_mps, Evidence& evidence) {
  constexpr double kGravity = 9.80665;
  constexpr double kDegrees = 180.0 / std::numbers::pi;
  const double expected = kGravity * std::tan(roll_deg / kDegrees) / speed_mps * kDegrees;
  const double off = std::abs(rate_deg_per_s - expected);
  evidence.require(off <= 6.0);
  const bool fits = off <= 0.7;
  evidence.among(fits ? 0.95 : 0.05, fits ? 1.4 / 32.0 : 0.95);
}

void weigh_against_adsb(double ground_speed_kt, const CommBContext& context, Evidence& evidence) {
  if (!context.ground_speed_mps) return;
  const double off = std::abs(ground_speed_kt - *context.ground_speed_mps / kMpsPerKnot);
  evidence.require(off <= 60.0);
  evidence.among(off <= 12.0 ? 0.95 : 0.05, off <= 12.0 ? 24.0 / kFastestKnots : 0.15);
}

}  // namespace

TrackAndTurn decode_bds_50(const MbBits& mb) {
  TrackAndTurn result;
  if (mb.flag(1)) result.roll_deg = signed_field(mb, 2, 11) * kRollStep;
  if (mb.flag(12)) result.true_track_deg = wrap_360(signed_field(mb, 13, 23) * kTrackStep);
  if (mb.flag(24)) result.ground_speed_mps = mb.field(25, 34) * (kSpeedStepKnots * kMpsPerKnot);
  if (mb.flag(35)) result.track_rate_deg_per_s = signed_field(mb, 36, 45) * kRateStep;
  if (mb.flag(46)) result.true_airspeed_mps = mb.field(47, 56) * (kSpeedStepKnots * kMpsPerKnot);
  return result;
}

Evidence weigh_bds_50(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(0.0);
  const bool has_roll = evidence.status(mb, 1, 11, 0.95);
  const double roll_deg = signed_field(mb, 2, 11) * kRollStep;
  if (has_roll) weigh_roll(roll_deg, evidence);

  if (evidence.status(mb, 12, 23, 0.95) && context.true_track_deg) {
    const double off = angle_between(signed_field(mb, 13, 23) * kTrackStep, *context.true_track_deg);
    evidence.require(off <= 60.0);
    evidence.among(off <= 8.0 ? 0.95 : 0.05, off <= 8.0 ? 16.0 / 360.0 : 104.0 / 360.0);
  }

  const bool has_speed = evidence.status(mb, 24, 34, 0.95);
  const double ground_speed_kt = mb.field(25, 34) * kSpeedStepKnots;
  if (has_speed) {
    evidence.require(ground_speed_kt <= kFastestKnots);
    evidence.among(1.0, kFastestKnots / kSpeedRangeKnots);
    weigh_against_adsb(ground_speed_kt, context, evidence);
  }

  const bool has_rate = evidence.status(mb, 35, 45, 0.85);
  const double rate = signed_field(mb, 36, 45) * kRateStep;

  const bool has_airspeed = evidence.status(mb, 46, 56, 0.95);
  const double airspeed_kt = mb.field(47, 56) * kSpeedStepKnots;
  if (has_airspeed) {
    evidence.require(airspeed_kt >= 40.0 && airspeed_kt <= kFastestKnots);
    evidence.among(1.0, (kFastestKnots - 40.0) / kSpeedRangeKnots);
    if (has_speed) {  // the difference is the wind
      const double wind_kt = std::abs(ground_speed_kt - airspeed_kt);
      evidence.require(wind_kt <= 250.0);
      evidence.among(wind_kt <= 120.0 ? 0.97 : 0.03, wind_kt <= 120.0 ? 240.0 / kFastestKnots : 0.3);
    }
  }
  if (has_rate) {
    if (has_roll && has_airspeed) {
      weigh_turn(roll_deg, rate, airspeed_kt * kMpsPerKnot, evidence);
    } else {
      evidence.among(std::abs(rate) <= 4.0 ? 0.98 : 0.02, std::abs(rate) <= 4.0 ? 0.25 : 0.75);
    }
  }
  return evidence;
}

}  // namespace airspool::modes
