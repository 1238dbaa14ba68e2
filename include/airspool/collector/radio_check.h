// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/config/config.h>
#include <airspool/core/check_step.h>

namespace airspool::collector {

// Looks for the dongle that `config` means (radio/dongle_check.h), then opens it as the collector would and listens for
// two seconds: tuner, rate, lost samples, noise floor, gain, messages. Steps: those of the former, then "samples",
// "noise", "gain", "messages". Blocks for some seconds; a collector that holds the dongle is not disturbed. False: a
// step failed.
bool check_radio(const config::Config& config, const OnStep& on_step);

// One JSON object: {"good":..,"steps":[{"step","state","detail","next"}]}.
std::string to_json(const std::vector<CheckStep>& steps);

}  // namespace airspool::collector
