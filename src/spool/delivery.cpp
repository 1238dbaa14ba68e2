// SPDX-License-Identifier: Apache-2.0
#include "delivery.h"

namespace airspool::spool {

void Delivery::hold(std::int64_t id, BatchSize size, bool ready) {
  if (held_.contains(id)) return;
  held_.insert(id);
  if (ready) {
    leasable_.insert(id);
  } else {
    ++not_ready_;
  }
  backlog_.records += size.records;
  backlog_.bytes += size.bytes;
}

void Delivery::make_ready(std::int64_t id, BatchSize was, BatchSize is) {
  if (!held_.contains(id) || leasable_.contains(id) || in_flight_.contains(id)) return;
  leasable_.insert(id);
  --not_ready_;
  backlog_.records += is.records - was.records;
  backlog_.bytes += is.bytes - was.bytes;
}

std::optional<std::int64_t> Delivery::next(std::int64_t live_from, BootTime now) {
  if (settings_.order == LeaseOrder::kLiveFirst) {
    if (const auto live = leasable_.first_from(live_from)) return live;
  }
  const auto oldest = leasable_.first_from(0);
  if (oldest && *oldest < live_from && !replay_rate_.allows(now)) return std::nullopt;
  return oldest;
}

void Delivery::take(std::int64_t id, BatchSize size, std::int64_t live_from) {
  if (id < live_from) replay_rate_.pay(size.records);
  leasable_.erase(id);
  in_flight_.emplace(id, size);
}

std::optional<BatchSize> Delivery::in_flight(std::int64_t id) const {
  const auto found = in_flight_.find(id);
  if (found == in_flight_.end()) return std::nullopt;
  return found->second;
}

void Delivery::give_back(std::int64_t id) {
  if (in_flight_.erase(id) > 0) leasable_.insert(id);
}

void Delivery::resize(std::int64_t id, BatchSize from, BatchSize to) {
  if (!held_.contains(id)) return;
  backlog_.records += to.records - from.records;
  backlog_.bytes += to.bytes - from.bytes;
}

void Delivery::release(std::int64_t id, BatchSize size) {
  if (!held_.contains(id)) return;
  if (!leasable_.contains(id) && !in_flight_.contains(id)) --not_ready_;
  held_.erase(id);
  leasable_.erase(id);
  in_flight_.erase(id);
  backlog_.records -= size.records;
  backlog_.bytes -= size.bytes;
}

SinkStat Delivery::stat() const {
  SinkStat stat;
  stat.name = settings_.name;
  stat.batches = held_.size();
  stat.records = backlog_.records;
  stat.bytes = backlog_.bytes;
  stat.held_batches = not_ready_;
  stat.in_flight = static_cast<std::int64_t>(in_flight_.size());
  stat.max_bytes = settings_.max_backlog_bytes;
  stat.removed = removed_;
  return stat;
}

}  // namespace airspool::spool
