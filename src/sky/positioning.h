// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/clock.h>
#include <airspool/modes/cpr.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// Takes one half of a position in: pairs it, decodes it, and moves the aircraft there when the result can be believed.
// What happened is counted.
void observe_position(Aircraft& aircraft, modes::CprKind kind, const modes::CprPosition& half, CprSource source,
                      BootTime time, const TrackerSettings& settings, TrackerCounts& counts);

}  // namespace airspool::sky
