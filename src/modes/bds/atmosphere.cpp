// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "bds/registers.h"

namespace airspool::modes {
namespace {

constexpr double kSeaLevelHpa = 1013.25;
constexpr double kSeaLevelKelvin = 288.15;
constexpr double kLapsePerMetre = 0.0065;
constexpr double kTropopauseM = 11'000.0;
constexpr double kTropopauseKelvin = 216.65;
constexpr double kSeaLevelSoundMps = 340.294;

}  // namespace

double standard_temperature_c(double pressure_altitude_m) {
  const double kelvin =
      pressure_altitude_m < kTropopauseM ? kSeaLevelKelvin - kLapsePerMetre * pressure_altitude_m : kTropopauseKelvin;
  return kelvin - 273.15;
}

double standard_pressure_hpa(double pressure_altitude_m) {
  if (pressure_altitude_m < kTropopauseM) {
    return kSeaLevelHpa * std::pow(1.0 - kLapsePerMetre * pressure_altitude_m / kSeaLevelKelvin, 5.25588);
  }
  return 226.32 * std::exp(-(pressure_altitude_m - kTropopauseM) / 6'341.62);
}

// The pitot tube measures one impact pressure; calibrated airspeed reads it as at sea level, the Mach number against
// the pressure outside.
double mach_of_airspeed(double calibrated_mps, double pressure_altitude_m) {
  const double ratio = calibrated_mps / kSeaLevelSoundMps;
  const double impact_hpa = kSeaLevelHpa * (std::pow(1.0 + 0.2 * ratio * ratio, 3.5) - 1.0);
  const double outside_hpa = standard_pressure_hpa(pressure_altitude_m);
  return std::sqrt(5.0 * (std::pow(impact_hpa / outside_hpa + 1.0, 2.0 / 7.0) - 1.0));
}

}  // namespace airspool::modes
