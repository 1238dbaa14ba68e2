// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/radio_report.h>
#include <airspool/core/sky_snapshot.h>

namespace airspool::status {

// The documents that readers of readsb know (README-json.md of that project names their fields). Printed straight into
// text: a document tree of 12,000 aircraft would take tens of megabytes.
std::string aircraft_json(const SkySnapshot& snapshot);
std::string receiver_json(const std::optional<GeoPosition>& position, int location_accuracy);
// `radio`: how the dongle is; null where there can be none.
std::string stats_json(const SkySnapshot& snapshot, const RadioReport* radio = nullptr);

}  // namespace airspool::status
