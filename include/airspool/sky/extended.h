// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/clock.h>
#include <airspool/core/extended_state.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// How old one of these may be, against the last contact, and still stand in a record.
inline constexpr Nanoseconds kExtendedValidity = std::chrono::seconds(60);

// Of these fields what the radio knows at `now`. Wind and temperature are what the aircraft reports, or what follows
// from its speeds and heading; src/sky/README.md has the table.
ExtendedState extended_state(const Aircraft& aircraft, ExtendedFields fields, BootTime now);

}  // namespace airspool::sky
