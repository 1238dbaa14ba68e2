// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// What is known of an aircraft at its last contact: values older than the limits in sampler.h are left out.
StateVector state_vector(const Aircraft& aircraft);

// The whole picture of the tracker, in order of address. Called on the thread that owns the tracker.
SkySnapshot take_snapshot(const Tracker& tracker, BootTime now, WallTime wall_now, RecordSource source);

}  // namespace airspool::sky
