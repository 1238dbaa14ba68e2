// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>
#include <airspool/spool/spool.h>

namespace airspool::spool {

// Reads what to_json wrote, also that of another version: unknown members are passed over, missing ones keep their
// initial value. kInvalidData when it is no such object.
Result<SpoolStat> stat_from_json(std::string_view json);

// The same for a person: a few lines, the state of each sink, what was lost. `now` makes ages of times.
std::string to_text(const SpoolStat& stat, WallTime now);

}  // namespace airspool::spool
