// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <airspool/core/clock.h>
#include <airspool/modes/message.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// Takes in what a Comm-B reply of this aircraft carries, when there is no doubt which register it is: what ADS-B says
// of the aircraft must fit. What happened is counted. `baro_altitude_m` is that of the reply itself (DF20).
void observe_comm_b(Aircraft& aircraft, const modes::MbField& mb, modes::VerticalStatus vertical_status,
                    std::optional<double> baro_altitude_m, BootTime time, TrackerCounts& counts);

}  // namespace airspool::sky
