// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numbers>

#include <airspool/sky/dead_reckoning.h>

namespace airspool::sky {
namespace {

constexpr double kMeanRadiusM = 6'371'008.8;
constexpr double kRadians = std::numbers::pi / 180.0;

double seconds_of(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

// Where a great circle of this length ends that starts in this direction.
GeoPosition end_of_way(GeoPosition from, double track_deg, double metres) {
  const double way = metres / kMeanRadiusM;
  const double latitude = from.latitude_deg * kRadians;
  const double track = track_deg * kRadians;
  const double sine = std::sin(latitude) * std::cos(way) + std::cos(latitude) * std::sin(way) * std::cos(track);
  const double end_latitude = std::asin(std::clamp(sine, -1.0, 1.0));
  const double turn = std::atan2(std::sin(track) * std::sin(way) * std::cos(latitude),
                                 std::cos(way) - std::sin(latitude) * std::sin(end_latitude));
  double longitude_deg = from.longitude_deg + turn / kRadians;
  if (longitude_deg >= 180.0) longitude_deg -= 360.0;
  if (longitude_deg < -180.0) longitude_deg += 360.0;
  return {end_latitude / kRadians, longitude_deg};
}

}  // namespace

std::optional<GeoPosition> position_after(const Motion& motion, Nanoseconds after) {
  if (!motion.position || !motion.ground_speed_mps || !motion.true_track_deg) return motion.position;
  return end_of_way(*motion.position, *motion.true_track_deg, *motion.ground_speed_mps * seconds_of(after));
}

std::optional<double> altitude_after(const Motion& motion, Nanoseconds after) {
  if (!motion.altitude_m || !motion.vertical_rate_mps) return motion.altitude_m;
  return *motion.altitude_m + *motion.vertical_rate_mps * seconds_of(after);
}

}  // namespace airspool::sky
