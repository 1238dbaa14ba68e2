// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/core/board.h>
#include <airspool/core/metrics.h>
#include <airspool/core/radio_report.h>
#include <airspool/radio/rtlsdr_source.h>

namespace airspool::collector {

// What is told of a dongle: in /metrics, and on the board that stats.json looks at. Belongs to the dsp thread;
// `metrics` and `board` must outlive it.
class DongleMeters {
 public:
  DongleMeters(metrics::Registry& metrics, Board<RadioReport>& board);

  void show(const radio::DongleState& state);

 private:
  Board<RadioReport>& board_;
  radio::DongleState shown_;
  metrics::Gauge& streaming_;
  metrics::Gauge& gain_db_;
  metrics::Counter& gain_changes_;
  metrics::Counter& samples_;
  metrics::Counter& samples_dropped_;
  metrics::Counter& samples_lost_;
  metrics::Counter& openings_;
  metrics::Counter& failed_openings_;
  metrics::Counter& stalls_;
  metrics::Counter& losses_;
  metrics::Counter& resets_;
  metrics::Counter& hung_;
};

}  // namespace airspool::collector
