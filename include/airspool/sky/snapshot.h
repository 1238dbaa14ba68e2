// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/clock.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/sky/picture.h>

namespace airspool::sky {

// The whole picture, in order of address, each aircraft as a record made now would tell it. Called on the thread that
// owns the picture.
SkySnapshot take_snapshot(const Picture& picture, BootTime now, WallTime wall_now);

}  // namespace airspool::sky
