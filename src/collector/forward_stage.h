// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

#include <airspool/core/board.h>
#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/spool/lease.h>
#include <airspool/uplink/forwarder.h>

#include "health_record.h"

namespace airspool::collector {

using SinkStatusBoard = Board<std::vector<uplink::SinkStatus>>;

// Leases in, acks out: the body of the forward thread, which owns the forwarder and its sinks, and tells them how the
// box is.
class ForwardStage {
 public:
  struct Doors {
    Channel<spool::StoreRequest>& to_store;  // closed when this stage is done
    Channel<spool::Lease>& from_store;
    SinkStatusBoard& status;
  };
  ForwardStage(std::vector<uplink::SinkLane> lanes, Doors doors, std::optional<HealthRecord> health, const Clock& clock,
               metrics::Registry& metrics);

  // Until stop() was called and the sinks have answered, or the time for that is over.
  void run();
  // Gives the sinks `flush` to take what is there. From any thread, once.
  void stop(Nanoseconds flush);
  // Beats while it works; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

 private:
  void sleep(std::chrono::milliseconds time);

  Doors doors_;
  const Clock& clock_;
  uplink::Forwarder forwarder_;
  std::optional<HealthRecord> health_;
  Heartbeat heart_;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  std::optional<BootTime> deadline_;
};

}  // namespace airspool::collector
