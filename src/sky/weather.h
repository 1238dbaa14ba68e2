// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <airspool/core/clock.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// Wind and temperature where they follow from what the aircraft has just said of its motion: wind is the way over
// ground less the way through the air, and true airspeed is the Mach number times the speed of sound. What the aircraft
// itself reports of the weather comes first, for a minute. Call after a reply with airspeed, heading or Mach number;
// speed and track are those of the same moment.
void derive_weather(Aircraft& aircraft, std::optional<double> ground_speed_mps, std::optional<double> true_track_deg,
                    BootTime time);

}  // namespace airspool::sky
