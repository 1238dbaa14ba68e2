// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/config/load.h>

#include "draft.h"

namespace airspool::config {

// The settings that variables of the environment ("NAME=VALUE") stand for, in the order of their names. A variable that
// looks like one of ours and names no key is complained about. The sinks' names must be known by now: a variable's name
// has no small letters and no '-', so that SINK__MY_LAKE is the sink "my-lake" when there is one.
std::vector<Setting> environment_settings(std::vector<std::string> environment, Draft& draft);

}  // namespace airspool::config
