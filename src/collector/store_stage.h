// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <future>
#include <string>

#include <airspool/core/board.h>
#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/spool/lease.h>
#include <airspool/spool/spool.h>

#include "stream.h"

namespace airspool::collector {

// A question to the spool (browse.h) from another thread, and where its answer goes.
struct SpoolQuestion {
  std::string command;
  std::string arguments;
  std::promise<Result<std::string>> answer;
};

// Records in, batches on disk, leases out: the body of the store thread, which owns the spool and its one SQLite
// connection. A disk that stalls blocks this thread only.
class StoreStage {
 public:
  struct Doors {
    RecordChannel& records;
    Channel<spool::StoreRequest>& requests;
    Channel<spool::Lease>& leases;
    Channel<SpoolQuestion>& questions;  // one a turn, so that whoever looks does not hold the records up
    Board<spool::SpoolStat>& stat;
    std::promise<void>& last_batch_leased;  // told once the records are drained, stored and on offer to the sinks
  };
  StoreStage(spool::Spool spool, Doors doors, const Clock& clock, metrics::Registry& metrics);

  // Until the records are drained, and then until the requests are drained, so that the last acks are kept.
  void run();
  // Beats while it works; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

 private:
  void serve();
  void publish_stat();
  void show(const spool::SpoolStat& stat);

  spool::Spool spool_;
  Doors doors_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  BootTime next_stat_;
  Heartbeat heart_;
};

}  // namespace airspool::collector
