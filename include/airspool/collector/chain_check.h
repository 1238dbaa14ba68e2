// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <airspool/collector/uplink_check.h>
#include <airspool/config/config.h>
#include <airspool/core/check_step.h>
#include <airspool/core/clock.h>

namespace airspool::collector {

// What was found of one part of the chain in front of the sinks, in the order in which the stream meets them:
// "machine" (clock, folder, space), "radio", "inputs", "opensky", "spool".
struct PartCheck {
  std::string part;
  std::vector<CheckStep> steps;
  bool good = true;  // no step failed

  void note(CheckStep step);
};

// Looks at everything that `airspool run` needs before its sinks, beside a collector that runs or without one; a part
// that fails does not keep the next one from being checked. Asks OpenSky once, for a credit. Leaves nothing behind.
// Blocks; on the caller's thread. `on_step` hears of each step when it is done.
std::vector<PartCheck> check_chain(const config::Config& config, const Clock& clock,
                                   const std::function<void(const PartCheck&)>& on_step);

// Each alone, as `airspool setup` asks them while it goes.
PartCheck check_machine(const config::Config& config, const Clock& clock,
                        const std::function<void(const PartCheck&)>& on_step);
// The source of samples: a dongle by radio_check.h, which listens for two seconds; a server, a recording or the
// simulator by whether it is there.
PartCheck check_source(const config::Config& config, const Clock& clock,
                       const std::function<void(const PartCheck&)>& on_step);
PartCheck check_inputs(const config::Config& config, const Clock& clock,
                       const std::function<void(const PartCheck&)>& on_step);
PartCheck check_opensky(const config::Config& config, const Clock& clock,
                        const std::function<void(const PartCheck&)>& on_step);
PartCheck check_spool(const config::Config& config, const Clock& clock,
                      const std::function<void(const PartCheck&)>& on_step);

// One JSON object: {"good":..,"parts":[{"name","good","steps":[..]}],"sinks":[..]}, with the sinks and steps of
// uplink_check.h.
std::string to_json(const std::vector<PartCheck>& parts, const std::vector<SinkCheck>& sinks);

}  // namespace airspool::collector
