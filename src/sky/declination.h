// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/geo.h>

namespace airspool::sky {

// How far magnetic north is east of true north, in degrees, at flight altitudes: the World Magnetic Model of 2025 at
// the middle of its five years, 2027.5: the picture knows no calendar. From 2025 to 2030 that is off by 0.2 degrees in
// most places, 1.7 in the north of Canada.
double magnetic_declination_deg(GeoPosition place);

}  // namespace airspool::sky
