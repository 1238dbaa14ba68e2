// SPDX-License-Identifier: Apache-2.0
#include "weather.h"

#include <chrono>
#include <cmath>
#include <numbers>

#include "declination.h"

namespace airspool::sky {
namespace {

using std::chrono::seconds;

constexpr Nanoseconds kReportHolds = seconds(60);
// Airspeed, heading and Mach number come in two replies: how far apart these may lie.
constexpr Nanoseconds kSameMoment = seconds(5);
constexpr Nanoseconds kPlaceMaxAge = seconds(60);
// In a turn the heading of one reply is not that of the other.
constexpr float kLevelRollDeg = 3.0F;
constexpr double kStrongestWindMps = 110.0;
// Below, a step of the Mach number (0.004) is too much of it.
constexpr double kLeastMach = 0.3;
constexpr double kColdestC = -90.0;
constexpr double kWarmestC = 60.0;
constexpr double kZeroCelsius = 273.15;
// Times the root of the temperature in kelvin it is the speed of sound (ICAO Doc 7488).
constexpr double kSoundMpsPerRootKelvin = 20.0468;
constexpr double kRadians = std::numbers::pi / 180.0;

void derive_temperature(ExtendedReadings& readings, BootTime time) {
  const auto mach = readings.mach.at(time, kSameMoment);
  const auto airspeed = readings.true_airspeed_mps.at(time, kSameMoment);
  if (!mach || !airspeed || *mach < kLeastMach) return;
  const double root = *airspeed / (*mach * kSoundMpsPerRootKelvin);
  const double celsius = root * root - kZeroCelsius;
  if (celsius >= kColdestC && celsius <= kWarmestC) readings.temperature_c.set(celsius, time);
}

}  // namespace

void derive_weather(Aircraft& aircraft, std::optional<double> ground_speed_mps, std::optional<double> true_track_deg,
                    BootTime time) {
  ExtendedReadings& readings = aircraft.extended;
  if (readings.weather_reported && time - *readings.weather_reported <= kReportHolds) return;
  derive_temperature(readings, time);

  const auto airspeed = readings.true_airspeed_mps.at(time, kSameMoment);
  const auto heading = readings.magnetic_heading_deg.at(time, kSameMoment);
  const auto roll = readings.roll_deg.at(time, kSameMoment);
  if (!airspeed || !heading || !roll || std::abs(*roll) > kLevelRollDeg) return;
  if (!ground_speed_mps || !true_track_deg || !aircraft.position.fresh(time, kPlaceMaxAge)) return;
  const double towards = (*heading + magnetic_declination_deg(*aircraft.position.value)) * kRadians;
  const double track = *true_track_deg * kRadians;
  const double east_mps = *ground_speed_mps * std::sin(track) - *airspeed * std::sin(towards);
  const double north_mps = *ground_speed_mps * std::cos(track) - *airspeed * std::cos(towards);
  const double speed_mps = std::hypot(east_mps, north_mps);
  if (speed_mps > kStrongestWindMps) return;
  // Wind is named by where it comes from.
  const double from = std::atan2(-east_mps, -north_mps) / kRadians;
  readings.wind_speed_mps.set(speed_mps, time);
  readings.wind_direction_deg.set(from < 0.0 ? from + 360.0 : from, time);
}

}  // namespace airspool::sky
