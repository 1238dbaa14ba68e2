// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
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
  // Another receiver that we are connected to, or that is connected to us; counted since the start.
  struct Input {
    std::string name;            // its address, as configured
    std::size_t connected = 0;   // connections now
    std::uint64_t messages = 0;  // Mode S frames that came
    std::uint64_t accepted = 0;
    std::uint64_t rejected = 0;
    std::uint64_t duplicates = 0;  // of the accepted, those that another source had heard
    std::uint64_t damaged = 0;     // messages that were no frames
    std::uint64_t bytes = 0;
    std::uint64_t junk_bytes = 0;  // that belonged to no message
  };

  BootTime taken;
  WallTime taken_wall;
  std::uint64_t messages = 0;  // since the start
  std::vector<Aircraft> aircraft;
  StatisticsReport statistics;
  std::vector<Input> inputs;
};
using SkySnapshotPtr = std::shared_ptr<const SkySnapshot>;

}  // namespace airspool
