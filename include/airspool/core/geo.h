// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace airspool {

// A point on the WGS84 ellipsoid. Degrees; north and east positive; longitude in [-180, 180).
struct GeoPosition {
  double latitude_deg = 0.0;
  double longitude_deg = 0.0;

  friend bool operator==(const GeoPosition&, const GeoPosition&) = default;
};

// Great-circle distance in metres on the sphere of mean radius 6,371,008.8 m (within 0.6 % of the ellipsoid's).
double distance_m(GeoPosition a, GeoPosition b);

}  // namespace airspool
