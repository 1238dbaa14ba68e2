// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include <airspool/config/config.h>
#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/uplink/check.h>

namespace airspool::collector {

struct UplinkCheckOptions {
  std::string only;                            // the name of one sink; empty: all
  bool write = true;                           // send a test message
  std::chrono::milliseconds patience{15'000};  // for one step
};

// What was found for one peer of a sink; steps about the sink as a whole have no `target`.
struct SinkCheck {
  std::string sink;
  std::string type;  // "kafka", "mqtt", "file"
  struct Step {
    std::string target;  // "host:port", or empty
    uplink::CheckStep step;
  };
  std::vector<Step> steps;
  bool good = true;  // no step failed
};

// Goes through the sinks of `config` one after another, without a spool and beside a collector that runs. Blocks; on
// the caller's thread. `on_step` hears of each step when it is done (for the sink that is under way). A sink that fails
// does not keep the next one from being checked. kUsage: `only` names no sink.
Result<std::vector<SinkCheck>> check_uplink(const config::Config& config, const UplinkCheckOptions& options,
                                            const Clock& clock, const std::function<void(const SinkCheck&)>& on_step);

// One JSON object: {"good":..,"sinks":[{"name","type","good","steps":[{"step","target","state","detail","next"}]}]}.
std::string to_json(const std::vector<SinkCheck>& checks);

}  // namespace airspool::collector
