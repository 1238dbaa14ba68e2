// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numbers>

#include <airspool/core/geo.h>

namespace airspool {

double distance_m(GeoPosition a, GeoPosition b) {
  constexpr double kMeanRadiusM = 6'371'008.8;
  constexpr double kRadians = std::numbers::pi / 180.0;
  const double half_lat = std::sin((b.latitude_deg - a.latitude_deg) * kRadians / 2.0);
  const double half_lon = std::sin((b.longitude_deg - a.longitude_deg) * kRadians / 2.0);
  const double h = half_lat * half_lat +
                   std::cos(a.latitude_deg * kRadians) * std::cos(b.latitude_deg * kRadians) * half_lon * half_lon;
  return 2.0 * kMeanRadiusM * std::asin(std::sqrt(std::clamp(h, 0.0, 1.0)));
}

}  // namespace airspool
