// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <airspool/config/config.h>
#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/feed/frame_inputs.h>
#include <airspool/feed/frame_outputs.h>
#include <airspool/modes/demodulator.h>
#include <airspool/opensky/poller.h>
#include <airspool/radio/rtlsdr_source.h>
#include <airspool/radio/sample_source.h>
#include <airspool/spool/spool.h>
#include <airspool/uplink/check.h>
#include <airspool/uplink/forwarder.h>

#include "sky_stage.h"

namespace airspool::collector {

// From the words of the configuration to the settings of each room. No state.

// The station's name with its placeholders filled in.
std::string station_name(const config::Config& config);

// The source that the configuration asks for; null when it asks for none, or for a dongle, if any, in a build that
// cannot read one. `tell` hears how a dongle is.
Result<std::unique_ptr<radio::SampleSource>> open_radio(const config::Config& config,
                                                        radio::RtlSdrSource::Tell tell = {});
radio::RtlSdrSettings dongle_settings(const config::Radio& radio);

std::vector<feed::InputSettings> input_settings(const config::Config& config);
// Without `allow_sim`, what leaves this machine leaves simulated frames out.
std::vector<feed::OutputSettings> output_settings(const config::Config& config, bool allow_sim);
modes::Effort effort_of(const config::Config& config);
SkySettings sky_settings(const config::Config& config);
spool::SpoolSettings spool_settings(const config::Config& config);
// Reads the credentials that are named; the error is that of opensky/credentials.h.
Result<opensky::PollerSettings> opensky_settings(const config::Config& config);

std::string type_of(const config::Sink& sink);  // "kafka", "mqtt", "file"

// One sink, opened.
Result<uplink::SinkLane> open_sink(const config::Config& config, const config::Sink& sink, bool allow_sim,
                                   const Clock& clock, metrics::Registry& metrics);
// The peers that it will talk to; none for a file.
Result<std::vector<uplink::CheckTarget>> targets_of(const config::Config& config, const config::Sink& sink);

// Every sink, opened.
Result<std::vector<uplink::SinkLane>> open_sinks(const config::Config& config, bool allow_sim, const Clock& clock,
                                                 metrics::Registry& metrics);

}  // namespace airspool::collector
