// SPDX-License-Identifier: Apache-2.0
#include "bds/registers.h"
#include "units.h"

// BDS 4,5, meteorological hazard report (Doc 9871 table A-2-69):
//
//   MB  1   status  2-3    turbulence      4   status  5-6    wind shear
//       7   status  8-9    microburst      10  status  11-12  icing
//       13  status  14-15  wake vortex
//       16  status  17 sign, 18-26  static air temperature, 0.25 degrees C a step
//       27  status  28-38  static pressure, 1 hPa a step
//       39  status  40-51  radio height, 16 ft a step
//       52-56 reserved
namespace airspool::modes {
namespace {

constexpr double kDegreesPerTemperatureStep = 0.25;
constexpr double kMetresPerHeightStep = 16.0 * kMetresPerFoot;

std::optional<std::uint8_t> level(const MbBits& mb, unsigned status) {
  if (!mb.flag(status)) return std::nullopt;
  return static_cast<std::uint8_t>(mb.field(status + 1, status + 2));
}

}  // namespace

HazardWeather decode_bds_45(const MbBits& mb) {
  HazardWeather result;
  result.turbulence = level(mb, 1);
  result.wind_shear = level(mb, 4);
  result.microburst = level(mb, 7);
  result.icing = level(mb, 10);
  result.wake_vortex = level(mb, 13);
  if (mb.flag(16)) result.temperature_c = signed_field(mb, 17, 26) * kDegreesPerTemperatureStep;
  if (mb.flag(27)) result.pressure_hpa = mb.field(28, 38);
  if (mb.flag(39)) result.radio_height_m = mb.field(40, 51) * kMetresPerHeightStep;
  return result;
}

Evidence weigh_bds_45(const MbBits& mb, const CommBContext& context) {
  Evidence evidence(-8.0);
  evidence.require(mb.field(1, 8) != 0x10);  // which is 1,0
  for (const unsigned status : {1U, 4U, 7U, 10U, 13U}) {
    if (!evidence.status(mb, status, status + 2, 0.2)) continue;
    const bool severe = mb.field(status + 1, status + 2) >= 2;
    evidence.among(severe ? 0.05 : 0.95, 0.5);
  }
  if (evidence.status(mb, 16, 26, 0.7)) {
    const double temperature_c = signed_field(mb, 17, 26) * kDegreesPerTemperatureStep;
    evidence.require(temperature_c >= -90.0 && temperature_c <= 60.0);
    if (context.baro_altitude_m) {
      const double off = std::abs(temperature_c - standard_temperature_c(*context.baro_altitude_m));
      evidence.require(off <= 45.0);
      evidence.among(off <= 20.0 ? 0.97 : 0.03, off <= 20.0 ? 40.0 / 256.0 : 0.85);
    }
  }
  if (evidence.status(mb, 27, 38, 0.3)) {
    const double pressure_hpa = mb.field(28, 38);
    evidence.require(pressure_hpa >= 100.0 && pressure_hpa <= 1100.0);
    if (context.baro_altitude_m) {
      evidence.require(std::abs(pressure_hpa - standard_pressure_hpa(*context.baro_altitude_m)) <= 10.0);
      evidence.among(1.0, 20.0 / 2048.0);
    }
  }
  if (evidence.status(mb, 39, 51, 0.2) && context.baro_altitude_m) {
    // Nobody is higher above the ground than above the pressure of the sea by much.
    evidence.require(mb.field(40, 51) * kMetresPerHeightStep <= *context.baro_altitude_m + 1'000.0);
  }
  evidence.zeros(mb, 52, 56);
  return evidence;
}

}  // namespace airspool::modes
