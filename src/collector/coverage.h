// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/clock.h>
#include <airspool/opensky/states_parser.h>
#include <airspool/sky/tracker.h>

namespace airspool::collector {

// The share (0 to 1) of the airborne aircraft with a position in OpenSky's answer that the radio heard within the last
// 15 s. 0 for fewer than three of them: an empty sky says nothing about an antenna.
double radio_coverage(const opensky::OpenSkyAnswer& answer, const sky::Tracker::Map& heard, BootTime now);

}  // namespace airspool::collector
