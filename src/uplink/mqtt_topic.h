// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::uplink {

// {station} and, where `icao24` is not empty, {icao24} filled in. Topic names for publishing hold no wildcards (MQTT
// 5.0, 4.7.1); a station's name must not make new levels either, so that what is special in it becomes '_'.
std::string expand_topic(std::string topic, std::string_view station, std::string_view icao24 = {});

// kConfig: a topic that nobody can publish on. `key` names it; `aircraft`: it may, and must, hold {icao24}.
Result<void> check_topic(const std::string& key, const std::string& topic, bool aircraft = false);

}  // namespace airspool::uplink
