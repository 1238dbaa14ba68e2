// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "life.h"

namespace airspool::campaign {

// What a run must leave behind, judged by somebody who knows only what was told as stored and what arrived.
struct Verdict {
  std::vector<std::string> faults;  // empty: the promise was kept
  std::int64_t stored = 0;          // records
  std::int64_t delivered = 0;       // records, summed over the sinks, each once
  std::int64_t resent = 0;
  std::int64_t announced = 0;    // covered by a gap instead, summed over the sinks
  std::int64_t unannounced = 0;  // neither: each is a fault
};

Verdict judge(const Plan& plan, const Place& place);

}  // namespace airspool::campaign
