// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "draft.h"

namespace airspool::config {

// Gives sinks without a name the name of their type. Before settings, which go by names, and again after them.
void name_sinks(Draft& draft);

// Fills in what depends on other keys: topics, opensky.enabled, opensky.account.
void settle(Draft& draft);

// Complains about keys that are missing and about values that are right alone but wrong together.
void cross_check(Draft& draft);

}  // namespace airspool::config
