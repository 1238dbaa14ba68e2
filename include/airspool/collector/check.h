// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <airspool/config/config.h>
#include <airspool/core/result.h>

namespace airspool::collector {

// What the rooms themselves know to be wrong with a configuration whose every key is well-formed, such as a property
// that librdkafka does not have. Speaks to nobody and reads no file: the check may run on another machine, or as
// another user, than the collector. kConfig, one each. Any thread.
std::vector<Error> check(const config::Config& config);

}  // namespace airspool::collector
