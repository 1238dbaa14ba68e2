// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/statistics.h>

namespace airspool {

// The whole picture at one moment, for whoever only looks (the status page). Immutable once published; shared as
// shared_ptr<const SkySnapshot>. Made by the sky thread.
struct SkySnapshot {
  struct Aircraft {
    StateVector state;
    BootTime last_seen;
    std::optional<BootTime> position_time;
    std::uint64_t messages = 0;
    RecordSource source = RecordSource::kRadio;
  };

  BootTime taken;
  WallTime taken_wall;
  std::uint64_t messages = 0;  // since the start
  std::vector<Aircraft> aircraft;
  StatisticsReport statistics;
};
using SkySnapshotPtr = std::shared_ptr<const SkySnapshot>;

}  // namespace airspool
