// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <airspool/config/load.h>

#include "draft.h"

namespace airspool::config {

// Puts the settings of one layer (environment, command line) onto the draft, in their order. The sinks' names must be
// known by now. A sink that is not there is made when one of the settings gives it a type, else its name is taken for a
// slip.
void apply_settings(const std::vector<Setting>& settings, Origin::Layer layer, Draft& draft);

}  // namespace airspool::config
