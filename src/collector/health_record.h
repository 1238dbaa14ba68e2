// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/board.h>
#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/metrics.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/spool/spool.h>
#include <airspool/uplink/forwarder.h>

namespace airspool::collector {

// The health record: how the box is, as one JSON object on its way to the sinks, so that whoever reads the lake can
// tell "no aircraft" from "no antenna". Made from the same boards and metrics that the status page looks at:
//
//   schema, kind "health", station_id, online, time_ms (UTC), version, uptime_s,
//   latitude, longitude            rounded to `location_accuracy` decimals; left out where not known
//   clock                          {state, believed}
//   stages                         seconds since each stage last showed a sign of life, by its name
//   messages_per_s, aircraft       of the radio, since the record before; of the picture
//   noise_dbfs, effort             where they are known
//   spool                          {spool_id, last_seq, batches, records, bytes, oldest_s, held_batches, failing}
//   drops                          [{sink, reason, batches, records}] over the life of the spool; of this run those of
//                                  stages that did not keep up ("sky-behind": frames, "store-behind": records)
//   sinks                          [{name, type, connected, attention, last_ack_ms, batches, records}]
//   opensky                        {credits_left, answer_age_s}, where OpenSky is asked
//
// One is due at the start, each minute, and within some seconds when a red light or a connection changes. Owned and
// called by one thread (forward); what it looks at outlives it.
class HealthRecord {
 public:
  struct Station {
    std::string name;
    std::optional<GeoPosition> position;
    int location_accuracy = 1;
    bool radio = false;    // there is one
    bool opensky = false;  // it is asked
  };
  struct Sources {
    const Board<SkySnapshot>& sky;
    const Board<spool::SpoolStat>& spool;
    const metrics::Registry& metrics;
  };
  HealthRecord(Station station, Sources sources, const Clock& clock);

  // The record to tell now; nothing while none is due.
  std::optional<std::string> due(const std::vector<uplink::SinkStatus>& sinks);
  // The last one of a run that ends in peace: {"online":false,"reason":"stopped"}.
  [[nodiscard]] std::string stopped() const;

 private:
  // When something that moves while its stage lives was last seen to have moved.
  struct Pulse {
    double value = -1.0;
    BootTime moved;
  };

  void feel(BootTime now);
  [[nodiscard]] std::string lights(const std::vector<uplink::SinkStatus>& sinks) const;
  std::string text(const std::vector<uplink::SinkStatus>& sinks, BootTime now);

  Station station_;
  Sources sources_;
  const Clock& clock_;
  BootTime started_;
  std::optional<BootTime> told_;
  std::string told_lights_;
  BootTime felt_;
  Pulse radio_;
  Pulse store_;
  std::shared_ptr<const spool::SpoolStat> last_stat_;
  std::uint64_t messages_ = 0;  // when the record before was made
  BootTime messages_at_;
};

}  // namespace airspool::collector
