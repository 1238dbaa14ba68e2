// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"
#include "units.h"

// BDS 6,0, heading and speed report (Doc 9871 table A-2-96):
//
//   MB  1   status  2 sign, 3-12    magnetic heading, 90/512 degrees a step
//       13  status  14-23           indicated airspeed, 1 kt a step
//       24  status  25-34           Mach number, 2.048/512 a step
//       35  status  36 sign, 37-45  barometric vertical rate, 32 ft/min a step
//       46  status  47 sign, 48-56  inertial vertical rate, 32 ft/min a step
namespace airspool::modes {
namespace {

constexpr double kHeadingStep = 90.0 / 512.0;
constexpr double kMachStep = 2.048 / 512.0;
constexpr double kRateStepFpm = 32.0;
constexpr double kRateRangeFpm = 32'768.0;
constexpr double kFastestKnots = 480.0;
constexpr double kFastestMach = 0.99;

// Magnetic heading and true track differ by drift and declination.
void weigh_heading(double heading_deg, const CommBContext& context, Evidence& evidence) {
  if (!context.true_track_deg) return;
  const double off = angle_between(heading_deg, *context.true_track_deg);
  evidence.require(off <= 90.0);
  evidence.among(off <= 35.0 ? 0.97 : 0.03, off <= 35.0 ? 70.0 / 360.0 : 110.0 / 360.0);
}

void weigh_mach(double mach, double indicated_kt, const CommBContext& context, Evidence& evidence) {
  const double indicated_mps = indicated_kt * kMpsPerKnot;
  if (context.baro_altitude_m) {
    // Indicated is calibrated airspeed, but for the errors of the instrument.
    const double off = std::abs(mach - mach_of_airspeed(indicated_mps, *context.baro_altitude_m));
    evidence.require(off <= 0.1);
    evidence.among(off <= 0.03 ? 0.98 : 0.02, off <= 0.03 ? 0.06 / kFastestMach : 0.14 / kFastestMach);
    return;
  }
  constexpr double kLowestM = -500.0;
  constexpr double kHighestM = 14'500.0;
  const double slowest = mach_of_airspeed(indicated_mps, kLowestM) - 0.03;
  const double fastest = mach_of_airspeed(indicated_mps, kHighestM) + 0.03;
  evidence.require(mach >= slowest && mach <= fastest);
  evidence.among(1.0, std::min(1.0, (fastest - slowest) / kFastestMach));
}

void weigh_rate(double rate_fpm, const CommBContext& context, Evidence& evidence) {
  const double fast = std::abs(rate_fpm);
  evidence.require(fast <= 8'000.0);
  evidence.among(fast <= 4'000.0 ? 0.98 : 0.02, 8'000.0 / kRateRangeFpm);
  if (!context.vertical_rate_mps) return;
  const double off = std::abs(rate_fpm - *context.vertical_rate_mps / kMpsPerFootPerMinute);
  evidence.require(off <= 4'000.0);
  evidence.among(off <= 600.0 ? 0.93 : 0.07, off <= 600.0 ? 1'200.0 / 8'000.0 : 0.85);
}

}  // namespace

HeadingAndSpeed decode_bds_60(const MbBits& mb) {
  HeadingAndSpeed result;
  if (mb.flag(1)) result.magnetic_heading_deg = wrap_360(signed_field(mb, 2, 12) * kHeadingStep);
  if (mb.flag(13)) result.indicated_airspeed_mps = mb.field(14, 23) * kMpsPerKnot;
  if (mb.flag(24)) result.mach = mb.field(25, 34) * kMachStep;
  if (mb.flag(35)) result.baro_vertical_rate_mps = signed_field(mb, 36, 45) * (kRateStepFpm * kMpsPerFootPerMinute);
  if (mb.flag(46)) result.inertial_vertical_rate_mps = signed_field(mb, 47, 56) * (kRateStepFpm * kMpsPerFootPerMinute);
  return result;
}

Evidence weigh_bds_60(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(0.0);
  if (evidence.status(mb, 1, 12, 0.97)) weigh_heading(signed_field(mb, 2, 12) * kHeadingStep, context, evidence);

  const bool has_airspeed = evidence.status(mb, 13, 23, 0.97);
  const double indicated_kt = mb.field(14, 23);
  if (has_airspeed) {
    evidence.require(indicated_kt >= 40.0 && indicated_kt <= kFastestKnots);
    evidence.among(1.0, (kFastestKnots - 40.0) / 1'024.0);
  }
  const bool has_mach = evidence.status(mb, 24, 34, 0.97);
  const double mach = mb.field(25, 34) * kMachStep;
  if (has_mach) {
    evidence.require(mach > 0.05 && mach <= kFastestMach);
    evidence.among(1.0, kFastestMach / 4.096);
    if (has_airspeed) weigh_mach(mach, indicated_kt, context, evidence);
  }

  const bool has_baro = evidence.status(mb, 35, 45, 0.9);
  const double baro_fpm = signed_field(mb, 36, 45) * kRateStepFpm;
  if (has_baro) weigh_rate(baro_fpm, context, evidence);
  const bool has_inertial = evidence.status(mb, 46, 56, 0.9);
  const double inertial_fpm = signed_field(mb, 47, 56) * kRateStepFpm;
  if (has_inertial && !has_baro) weigh_rate(inertial_fpm, context, evidence);
  if (has_inertial && has_baro) {
    const double apart = std::abs(baro_fpm - inertial_fpm);
    evidence.require(apart <= 4'000.0);
    evidence.among(apart <= 700.0 ? 0.95 : 0.05, apart <= 700.0 ? 1'400.0 / kRateRangeFpm : 6'600.0 / kRateRangeFpm);
  }
  return evidence;
}

}  // namespace airspool::modes
