// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"
#include "units.h"

// BDS 4,4, meteorological routine air report (Doc 9871 table A-2-68):
//
//   MB  1-4    figure of merit: 0 invalid, 1 INS, 2 GNSS, 3 DME/DME, 4 VOR/DME, else reserved
//       5      status    6-14   wind speed, 1 kt a step
//                        15-23  wind direction, 180/256 degrees a step
//       24     sign      25-34  static air temperature, 0.25 degrees C a step
//       35     status    36-46  static pressure, 1 hPa a step
//       47     status    48-49  turbulence
//       50     status    51-56  humidity, 100/64 % a step
namespace airspool::modes {

namespace {

constexpr std::uint32_t kLastSource = 4;
constexpr double kDegreesPerTemperatureStep = 0.25;

}  // namespace

RoutineWeather decode_bds_44(const MbBits& mb) {
  RoutineWeather result;
  result.source = static_cast<std::uint8_t>(mb.field(1, 4));
  if (result.source == 0 || result.source > kLastSource) return result;
  if (mb.flag(5)) {
    result.wind_speed_mps = mb.field(6, 14) * kMpsPerKnot;
    result.wind_direction_deg = mb.field(15, 23) * (180.0 / 256.0);
  }
  result.temperature_c = signed_field(mb, 24, 34) * kDegreesPerTemperatureStep;
  if (mb.flag(35)) result.pressure_hpa = mb.field(36, 46);
  if (mb.flag(47)) result.turbulence = static_cast<std::uint8_t>(mb.field(48, 49));
  if (mb.flag(50)) result.humidity_percent = mb.field(51, 56) * (100.0 / 64.0);
  return result;
}

Evidence weigh_bds_44(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(-6.0);
  const std::uint32_t source = mb.field(1, 4);
  evidence.require(source >= 1 && source <= kLastSource);
  evidence.add(2.0);
  // Without wind there is little left to know it by, and 1,0 2,0 and 3,0 begin like that.
  evidence.require(mb.flag(5));
  const std::uint32_t knots = mb.field(6, 14);
  evidence.require(knots <= 250);
  evidence.among(knots <= 130 ? 0.97 : 0.03, knots <= 130 ? 131.0 / 512.0 : 0.3);
  const double temperature_c = signed_field(mb, 24, 34) * kDegreesPerTemperatureStep;
  evidence.require(temperature_c >= -90.0 && temperature_c <= 60.0);
  evidence.among(1.0, 150.0 / 512.0);
  if (context.baro_altitude_m) {
    const double off = std::abs(temperature_c - standard_temperature_c(*context.baro_altitude_m));
    evidence.require(off <= 45.0);
    evidence.among(off <= 20.0 ? 0.97 : 0.03, off <= 20.0 ? 40.0 / 150.0 : 110.0 / 150.0);
  }
  if (evidence.status(mb, 35, 46, 0.2)) {
    const double pressure_hpa = mb.field(36, 46);
    evidence.require(pressure_hpa >= 100.0 && pressure_hpa <= 1100.0);
    if (context.baro_altitude_m) {
      evidence.require(std::abs(pressure_hpa - standard_pressure_hpa(*context.baro_altitude_m)) <= 10.0);
      evidence.among(1.0, 20.0 / 2048.0);
    }
  }
  evidence.status(mb, 47, 49, 0.2);
  evidence.status(mb, 50, 56, 0.2);
  return evidence;
}

}  // namespace airspool::modes
