// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unordered_map>
#include <vector>

#include <airspool/core/board.h>
#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/opensky/states_parser.h>
#include <airspool/sky/sampler.h>
#include <airspool/sky/tracker.h>

#include "stream.h"

namespace airspool::collector {

struct SkySettings {
  sky::TrackerSettings tracker;
  sky::SamplingSettings sampling;
};

// Frames and OpenSky's answers in, records and snapshots out: the body of the sky thread, sole owner of the picture.
// Never waits for the store: records that its channel does not take are dropped, newest first, and counted.
class SkyStage {
 public:
  SkyStage(const SkySettings& settings, SkyChannel& input, RecordChannel& records, Board<SkySnapshot>& snapshots,
           const Clock& clock, metrics::Registry& metrics);

  // Until the input is drained; then hands out what is known of each aircraft and closes the records.
  void run();

 private:
  struct CloudAircraft {
    SkySnapshot::Aircraft shown;
    double last_contact_s = 0.0;  // as OpenSky gave it
  };

  void take(const FrameBlock& block);
  void take(const opensky::OpenSkyAnswer& answer);
  void tick(BootTime now);
  void publish(BootTime now);
  void deliver(std::vector<Record> records);

  SkySettings settings_;
  SkyChannel& input_;
  RecordChannel& records_;
  Board<SkySnapshot>& snapshots_;
  const Clock& clock_;
  sky::Tracker tracker_;
  sky::Sampler sampler_;
  // The newest that OpenSky told of each aircraft: shown where the radio does not hear it.
  std::unordered_map<Icao24, CloudAircraft> cloud_;
  metrics::Counter& undecodable_;
  metrics::Counter& records_made_;
  metrics::Counter& records_dropped_;
  metrics::Gauge& aircraft_;
  metrics::Gauge& aircraft_with_position_;
};

}  // namespace airspool::collector
