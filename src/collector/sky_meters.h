// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include <airspool/core/metrics.h>
#include <airspool/core/record.h>
#include <airspool/core/record_fields.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/core/statistics.h>
#include <airspool/sky/picture.h>

namespace airspool::collector {

// What the sky thread tells about itself in /metrics. Owned by that thread; `metrics` must outlive it.
class SkyMeters {
 public:
  explicit SkyMeters(metrics::Registry& metrics);

  // An accepted frame that says nothing.
  void undecodable() { undecodable_.add(); }
  // There are other receivers, by name.
  void expect_inputs(const std::vector<std::string>& names);
  // A frame of an input, or of the own radio where it is none of them, that another source had brought already.
  void duplicate(std::size_t input) { (input < duplicates_.size() ? *duplicates_[input] : *radio_duplicates_).add(); }
  // Frames for others that their thread had no room for.
  void not_passed_on(std::size_t frames);
  // Records on their way to the spool, and then whether it took them.
  void fused(const std::vector<Record>& records);
  void made(std::size_t records) { made_.add(records); }
  void dropped(std::size_t records) { dropped_.add(records); }
  // The picture as it is published.
  void show(const sky::Picture& picture, const SkySnapshot& snapshot);

 private:
  void show_levels(const StatisticsReport& statistics);

  metrics::Registry& metrics_;
  metrics::Counter& undecodable_;
  metrics::Counter& of_no_aircraft_;
  metrics::Counter& comm_b_inferred_;
  metrics::Counter& comm_b_ambiguous_;
  metrics::Counter& comm_b_unknown_;
  std::vector<metrics::Counter*> duplicates_;
  metrics::Counter* radio_duplicates_ = nullptr;
  metrics::Counter& made_;
  metrics::Counter& dropped_;
  std::array<metrics::Counter*, kRecordFieldKeys.size()> fields_from_opensky_{};
  metrics::Gauge& aircraft_;
  metrics::Gauge& aircraft_with_position_;
  std::array<metrics::Gauge*, 4> aircraft_by_source_{};  // by RecordSource
  metrics::Counter& disagreements_;
  metrics::Counter& dropped_radio_aircraft_;
  metrics::Counter& dropped_cloud_aircraft_;
};

// What the tracker counted between two looks, as the status page tells it.
Statistics tracker_statistics(const sky::TrackerCounts& before, const sky::TrackerCounts& now);

}  // namespace airspool::collector
