// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>

namespace airspool::collector {

// Tells which stages stand still: their heartbeat did not move for longer than it may. Used by one thread, main; looks
// at the heartbeats only. Boot time goes on while a machine is suspended: one look adds 10 s at most to a silence.
class StageWatch {
 public:
  // `heart` must outlive it. `patience`: more than the stage ever takes to go round once when all is well.
  void add(std::string_view stage, const Heartbeat& heart, Nanoseconds patience);

  // The stages that stand still, in the order of `add`. Often enough: every few seconds.
  std::vector<std::string> silent(BootTime now);

 private:
  struct Stage {
    std::string name;
    const Heartbeat* heart = nullptr;
    Nanoseconds patience{0};
    std::uint32_t beats = 0;
    Nanoseconds still{0};  // how long it has been seen not to move
  };
  std::vector<Stage> stages_;
  BootTime looked_{};
};

}  // namespace airspool::collector
