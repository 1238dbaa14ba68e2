// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/sky_snapshot.h>

namespace airspool::status {

// The documents that readers of readsb know (README-json.md of that project names their fields). Printed straight into
// text: a document tree of 12,000 aircraft would take tens of megabytes.
std::string aircraft_json(const SkySnapshot& snapshot);
std::string receiver_json(const std::optional<GeoPosition>& position, int location_accuracy);
std::string stats_json(const SkySnapshot& snapshot);

}  // namespace airspool::status
