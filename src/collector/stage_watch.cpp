// SPDX-License-Identifier: Apache-2.0
#include "stage_watch.h"

#include <algorithm>
#include <chrono>

namespace airspool::collector {
namespace {

// What one look may add to a stage's silence: the watcher itself may have been asleep.
constexpr Nanoseconds kLongestStep = std::chrono::seconds(10);

}  // namespace

void StageWatch::add(std::string_view stage, const Heartbeat& heart, Nanoseconds patience) {
  stages_.push_back({std::string(stage), &heart, patience, heart.read().beats, Nanoseconds::zero()});
}

std::vector<std::string> StageWatch::silent(BootTime now) {
  const Nanoseconds step =
      looked_ == BootTime{} ? Nanoseconds::zero() : std::min<Nanoseconds>(now - looked_, kLongestStep);
  looked_ = now;
  std::vector<std::string> names;
  for (Stage& stage : stages_) {
    const Heartbeat::Reading reading = stage.heart->read();
    const bool moved = reading.resting || reading.beats != stage.beats;
    stage.beats = reading.beats;
    stage.still = moved ? Nanoseconds::zero() : stage.still + step;
    if (stage.still > stage.patience) names.push_back(stage.name);
  }
  return names;
}

}  // namespace airspool::collector
