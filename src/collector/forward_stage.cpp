// SPDX-License-Identifier: Apache-2.0
#include "forward_stage.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>

namespace airspool::collector {
namespace {

using std::chrono::milliseconds;

// New batches reach a sink after at most so long.
constexpr milliseconds kLongestSleep{50};

// Boxes of a fleet that come back together must not knock together.
std::uint64_t jitter_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

}  // namespace

ForwardStage::ForwardStage(std::vector<uplink::SinkLane> lanes, Doors doors, std::optional<HealthRecord> health,
                           const Clock& clock, metrics::Registry& metrics)
    : doors_(doors),
      clock_(clock),
      forwarder_(std::move(lanes), doors.to_store, doors.from_store, clock, jitter_seed(), metrics),
      health_(std::move(health)) {}

void ForwardStage::run() {
  bool stopping = false;
  while (!forwarder_.done()) {
    heart_.beat();
    const milliseconds idle = forwarder_.step(clock_.boot_now());
    auto sinks = std::make_shared<const std::vector<uplink::SinkStatus>>(forwarder_.status());
    if (health_ && !stopping) {
      if (const auto record = health_->due(*sinks)) forwarder_.announce(*record);
    }
    doors_.status.publish(std::move(sinks));
    sleep(std::min(idle, kLongestSleep));
    const std::lock_guard lock(mutex_);
    if (deadline_ && !stopping) {
      stopping = true;
      // Ahead of the last batches, so that the step that finds nothing left to do has sent it.
      if (health_) forwarder_.announce(health_->stopped());
      forwarder_.stop(*deadline_);
    }
  }
  doors_.to_store.close();
  heart_.rest();
}

void ForwardStage::stop(Nanoseconds flush) {
  {
    const std::lock_guard lock(mutex_);
    deadline_ = clock_.boot_now() + flush;
  }
  stop_asked_.notify_all();
}

void ForwardStage::sleep(milliseconds time) {
  std::unique_lock lock(mutex_);
  if (deadline_) {
    stop_asked_.wait_for(lock, std::min(time, milliseconds(5)));
  } else {
    stop_asked_.wait_for(lock, time);
  }
}

}  // namespace airspool::collector
