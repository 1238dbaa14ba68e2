// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <airspool/spool/spool.h>

#include "id_set.h"
#include "replay_rate.h"

namespace airspool::spool {

struct BatchSize {
  std::int64_t records = 0;
  std::int64_t bytes = 0;
};

// What one sink still has to get: the batches it holds, and which of them are with it right now. In memory; the store
// keeps the held set (SinkRow). Every held id names a batch that is in the database. One thread.
class Delivery {
 public:
  explicit Delivery(SinkSettings settings, bool removed = false)
      : settings_(std::move(settings)), replay_rate_(settings_.replay_rate), removed_(removed) {}

  [[nodiscard]] const SinkSettings& settings() const { return settings_; }

  // A batch that is not `ready` is not given out before make_ready, which also says what it was and is in size.
  void hold(std::int64_t id, BatchSize size, bool ready = true);
  void make_ready(std::int64_t id, BatchSize was, BatchSize is);
  [[nodiscard]] bool holds(std::int64_t id) const { return held_.contains(id); }
  // Not configured any more: nobody will ask for what it holds.
  [[nodiscard]] bool removed() const { return removed_; }
  [[nodiscard]] const IdSet& held() const { return held_; }
  [[nodiscard]] std::int64_t backlog_bytes() const { return backlog_.bytes; }

  // What this sink should have next; batches from `live_from` on are live. Nothing, too, while what comes next belongs
  // to the backlog and the sink's rate does not allow it yet.
  [[nodiscard]] std::optional<std::int64_t> next(std::int64_t live_from, BootTime now);
  void take(std::int64_t id, BatchSize size, std::int64_t live_from);
  // In flight, as take() was told; empty when it is not.
  [[nodiscard]] std::optional<BatchSize> in_flight(std::int64_t id) const;
  void give_back(std::int64_t id);
  // A held batch became smaller.
  void resize(std::int64_t id, BatchSize from, BatchSize to);
  // Delivered, rejected or dropped. Does nothing when it is not held.
  void release(std::int64_t id, BatchSize size);

  // Numbers for a person; `dead_batches` is not known here.
  [[nodiscard]] SinkStat stat() const;

 private:
  SinkSettings settings_;
  ReplayRate replay_rate_;
  IdSet held_;
  IdSet leasable_;  // held, ready and not in flight
  std::map<std::int64_t, BatchSize> in_flight_;
  BatchSize backlog_;
  bool removed_ = false;
  std::int64_t not_ready_ = 0;
};

}  // namespace airspool::spool
