// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/collector/chain_status.h>
#include <airspool/core/board.h>
#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/radio_report.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/spool/spool.h>
#include <airspool/uplink/forwarder.h>

namespace airspool::collector {

// Makes the chain's status out of what the stages publish. Any thread; what it looks at outlives it. Lights come from
// counters and their ages, never from a door being open.
class StatusLines {
 public:
  struct Chain {
    std::string station;
    bool radio = false;    // there is one
    bool opensky = false;  // it is asked
  };
  struct Sources {
    const Board<SkySnapshot>& sky;
    const Board<RadioReport>& radio;  // of a dongle; else nothing is published
    const Board<spool::SpoolStat>& spool;
    const Board<std::vector<uplink::SinkStatus>>& sinks;
    const metrics::Registry& metrics;
  };
  StatusLines(Chain chain, Sources sources, const Clock& clock);

  [[nodiscard]] ChainStatus now() const;

 private:
  [[nodiscard]] StatusLine radio(const SkySnapshot& sky) const;
  [[nodiscard]] StatusLine input(const SkySnapshot::Input& input) const;
  [[nodiscard]] StatusLine aircraft(const SkySnapshot& sky) const;
  [[nodiscard]] StatusLine opensky() const;
  [[nodiscard]] StatusLine clock(const spool::SpoolStat& stat) const;
  [[nodiscard]] StatusLine spool(const spool::SpoolStat& stat) const;
  [[nodiscard]] StatusLine sink(const uplink::SinkStatus& status, const spool::SpoolStat* stat) const;

  Chain chain_;
  Sources sources_;
  const Clock& clock_;
  BootTime started_;
};

}  // namespace airspool::collector
