// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace airspool::config {

// {station} and {icao24} filled in with what they may be at their longest.
std::string expand_topic(std::string topic, std::string_view station);

// What AWS IoT Core would refuse a topic for, and what to do: 7 slashes and 256 bytes at most, the prefix
// $aws/rules/<rule>/ of Basic Ingest not counted, and no other topic that begins with $ (AWS IoT Core, "Message broker
// and protocol limits and quotas"; "Basic Ingest"). Empty: nothing. `topic` is expanded.
std::string wrong_with_aws_topic(std::string_view topic);

}  // namespace airspool::config
