// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

struct SamplingSettings {
  Nanoseconds interval = std::chrono::seconds(5);
  std::string station_id;
  RecordSource source = RecordSource::kRadio;
};

// Turns the picture into Records: each aircraft at most once an interval, and only when something was heard since its last
// record. Owned by the thread that owns the Tracker.
class Sampler {
 public:
  explicit Sampler(SamplingSettings settings);

  // Appends the records that are due at `now`, in order of last contact, then address. `wall_at_boot_zero` places boot
  // time on the calendar: wall = wall_at_boot_zero + boot.
  void sample(const Tracker& tracker, BootTime now, WallTime wall_at_boot_zero, ClockQuality quality,
              std::vector<Record>& out);

  // The end of the stream: every aircraft heard since its last record, whether its interval is over or not.
  void flush(const Tracker& tracker, BootTime now, WallTime wall_at_boot_zero, ClockQuality quality,
             std::vector<Record>& out);

 private:
  SamplingSettings settings_;
  std::unordered_map<Icao24, BootTime> last_record_;
};

}  // namespace airspool::sky
