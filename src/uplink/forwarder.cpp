// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <type_traits>
#include <utility>

#include <airspool/core/log.h>
#include <airspool/uplink/forwarder.h>

#include "backoff.h"

namespace airspool::uplink {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPollBudget{5};  // a sink may wait so long for its answers in one round
constexpr milliseconds kBusyPause{5};   // something is in flight
constexpr milliseconds kIdlePause{50};
constexpr std::chrono::seconds kReplayAge{30};  // sent later than this after sealing: told as a replay
// How many batches may wait for another attempt before the sink gets no new ones: a few hundred kilobytes at most.
constexpr std::size_t kMaxParked = 16;

constexpr std::string_view kSimulatedReason =
    "simulated records do not leave this machine; start with --allow-sim if they shall";

}  // namespace

// All that belongs to one sink.
class Forwarder::Lane {
 public:
  enum class State : std::uint8_t { kReady, kInFlight, kParked };
  struct Held {
    spool::BatchPtr batch;
    State state = State::kReady;
    BootTime due;          // when parked
    bool own_pace = true;  // parked by our backoff, not by a time that the sink named
    Backoff backoff;
  };

  Lane(SinkLane lane, metrics::Registry& registry)
      : sink(std::move(lane.sink)), policy(std::move(lane.policy)), metrics(registry) {
    const metrics::Labels labels{{"sink", sink->name()}};
    const std::string_view help = "Batches that left the forwarder or came back, by sink and outcome";
    const auto outcome = [&](const char* word) -> metrics::Counter& {
      return metrics.counter("airspool_sink_batches_total", help, {{"sink", sink->name()}, {"outcome", word}});
    };
    accepted = &outcome("accepted");
    returned = &outcome("returned");
    records = &metrics.counter("airspool_sink_records_total", "Records acknowledged by the sink", labels);
    connected = &metrics.gauge("airspool_sink_connected", "1 while the sink can take batches", labels);
    in_flight_gauge = &metrics.gauge("airspool_sink_in_flight", "Batches with the sink, unanswered", labels);
    lag = &metrics.gauge("airspool_sink_lag_seconds", "Age of the oldest batch held for the sink", labels);
    last_ack_gauge = &metrics.gauge("airspool_sink_last_ack_seconds", "Time of the last acknowledgement, UTC", labels);
  }

  void count(std::string_view family, std::string_view help, const std::string& cause) {
    metrics.counter(family, help, {{"sink", sink->name()}, {"reason", cause}}).add();
  }
  [[nodiscard]] std::size_t number(State state) const {
    return static_cast<std::size_t>(
        std::count_if(held.begin(), held.end(), [state](const Held& one) { return one.state == state; }));
  }
  [[nodiscard]] std::size_t bytes_not_parked() const {
    std::size_t sum = 0;
    for (const Held& one : held) sum += one.state == State::kParked ? 0 : one.batch->bytes.size();
    return sum;
  }
  [[nodiscard]] double lag_s(WallTime now) const {
    WallTime oldest = now;
    for (const Held& one : held) oldest = std::min(oldest, one.batch->header.sealed);
    return std::chrono::duration<double>(now - oldest).count();
  }

  bool offer_due(BootTime now, WallTime wall);
  bool collect(BootTime now, Forwarder& forwarder);
  [[nodiscard]] spool::LeaseRequest wanted() const;
  void park(Held& one, const Retry& retry, BootTime now, std::mt19937_64& random);
  void show(WallTime wall);

  std::unique_ptr<Sink> sink;
  SinkPolicy policy;
  metrics::Registry& metrics;
  std::vector<Held> held;                    // in the order of batch ids
  std::optional<spool::LeaseRequest> asked;  // open at the store
  std::optional<WallTime> last_ack;
  std::uint64_t retried_batches = 0;
  std::uint64_t rejected_batches = 0;
  metrics::Counter* accepted;
  metrics::Counter* returned;
  metrics::Counter* records;
  metrics::Gauge* connected;
  metrics::Gauge* in_flight_gauge;
  metrics::Gauge* lag;
  metrics::Gauge* last_ack_gauge;
};

bool Forwarder::Lane::offer_due(BootTime now, WallTime wall) {
  bool progress = false;
  for (Held& one : held) {
    if (one.state == State::kParked && one.due <= now) one.state = State::kReady;
    if (one.state != State::kReady) continue;
    const bool replay = wall - one.batch->header.sealed > kReplayAge;
    if (sink->offer(one.batch, replay) == Offer::kFull) break;
    one.state = State::kInFlight;
    progress = true;
  }
  return progress;
}

void Forwarder::Lane::park(Held& one, const Retry& retry, BootTime now, std::mt19937_64& random) {
  one.state = State::kParked;
  one.own_pace = retry.after.count() <= 0;
  one.due = now + (one.own_pace ? one.backoff.next(random) : retry.after);
  ++retried_batches;
  count("airspool_sink_retries_total", "Batches to be tried again, by sink and reason", retry.cause);
}

bool Forwarder::Lane::collect(BootTime now, Forwarder& forwarder) {
  const bool waiting = number(State::kInFlight) > 0;
  const std::vector<Answer> answers = sink->poll(waiting ? now + kPollBudget : now);
  bool delivered = false;
  for (const Answer& answer : answers) {
    const auto found = std::find_if(held.begin(), held.end(), [&](const Held& one) {
      return one.batch->header.id == answer.batch_id && one.state == State::kInFlight;
    });
    if (found == held.end()) continue;
    if (const auto* retry = std::get_if<Retry>(&answer.outcome)) {
      park(*found, *retry, now, forwarder.random_);
      continue;
    }
    if (const auto* reject = std::get_if<Reject>(&answer.outcome)) {
      ++rejected_batches;
      count("airspool_sink_rejects_total", "Batches that can never be delivered, by sink and reason", reject->cause);
      const std::int64_t all = found->batch->header.count;
      const std::int64_t dead = reject->part != nullptr ? reject->part->header.count : all;
      log::error("uplink", "records can never be delivered and go to the dead letters",
                 {{"sink", sink->name()}, {"batch", answer.batch_id}, {"records", dead}, {"reason", reject->reason}});
      if (reject->part != nullptr) {
        records->add(static_cast<std::uint64_t>(std::max<std::int64_t>(all - dead, 0)));
        last_ack = forwarder.clock_.wall_now();
        delivered = true;
      }
      forwarder.settle(*this, answer.batch_id, spool::Settlement::kRejected, reject->reason, reject->part);
    } else {
      accepted->add();
      records->add(found->batch->header.count);
      last_ack = forwarder.clock_.wall_now();
      delivered = true;
      forwarder.settle(*this, answer.batch_id, spool::Settlement::kAccepted, {});
    }
    held.erase(found);
  }
  if (delivered) {
    // The other side takes batches again: what waits only by our own pace need not wait longer.
    for (Held& one : held) {
      if (one.state == State::kParked && one.own_pace) one.due = now;
    }
  }
  return !answers.empty();
}

spool::LeaseRequest Forwarder::Lane::wanted() const {
  spool::LeaseRequest request{sink->name(), 0, 0};
  if (!sink->health().connected || number(State::kParked) >= kMaxParked) return request;
  const SinkWindow window = sink->window();
  const std::size_t used = held.size() - number(State::kParked);
  const std::size_t used_bytes = bytes_not_parked();
  if (used >= window.batches || used_bytes >= window.bytes) return request;
  request.max_batches = window.batches - used;
  request.max_bytes = window.bytes - used_bytes;
  return request;
}

void Forwarder::Lane::show(WallTime wall) {
  connected->set(sink->health().connected ? 1 : 0);
  in_flight_gauge->set(static_cast<double>(number(State::kInFlight)));
  lag->set(lag_s(wall));
  if (last_ack) last_ack_gauge->set(std::chrono::duration<double>(last_ack->time_since_epoch()).count());
}

Forwarder::Forwarder(std::vector<SinkLane> lanes, Channel<spool::StoreRequest>& to_store,
                     Channel<spool::Lease>& from_store, const Clock& clock, std::uint64_t jitter_seed,
                     metrics::Registry& metrics)
    : to_store_(to_store), from_store_(from_store), clock_(clock), random_(jitter_seed) {
  for (SinkLane& lane : lanes) lanes_.push_back(std::make_unique<Lane>(std::move(lane), metrics));
}

Forwarder::~Forwarder() = default;

milliseconds Forwarder::step(BootTime now) {
  if (done_) return kIdlePause;
  bool progress = false;
  bool in_flight = false;
  take_leases(now);
  for (const auto& lane : lanes_) {
    progress |= lane->offer_due(now, clock_.wall_now());
    progress |= lane->collect(now, *this);
    in_flight |= lane->number(Lane::State::kInFlight) > 0;
    lane->show(clock_.wall_now());
  }
  finish_if_over(now);
  flush_to_store();
  if (progress) return milliseconds{0};
  return in_flight || !settlements_.empty() ? kBusyPause : kIdlePause;
}

void Forwarder::take_leases(BootTime now) {
  while (auto lease = from_store_.try_pop()) {
    const auto lane = std::find_if(lanes_.begin(), lanes_.end(),
                                   [&](const auto& candidate) { return candidate->sink->name() == lease->sink; });
    if (lane == lanes_.end()) {
      log::error("uplink", "the store leased batches to a sink that does not exist", {{"sink", lease->sink}});
      for (const spool::BatchPtr& batch : lease->batches) {
        settlements_.push_back({lease->sink, batch->header.id, spool::Settlement::kReturned, {}, nullptr});
      }
      continue;
    }
    Lane& to = **lane;
    to.asked.reset();
    for (spool::BatchPtr& batch : lease->batches) {
      if (to.policy.refuse_simulated && batch->header.simulated) {
        ++to.rejected_batches;
        to.count("airspool_sink_rejects_total", "Batches that can never be delivered, by sink and reason", "simulated");
        settle(to, batch->header.id, spool::Settlement::kRejected, std::string(kSimulatedReason));
        continue;
      }
      const auto place =
          std::lower_bound(to.held.begin(), to.held.end(), batch->header.id,
                           [](const Lane::Held& one, std::int64_t id) { return one.batch->header.id < id; });
      if (place != to.held.end() && place->batch->header.id == batch->header.id) continue;  // we have it already
      to.held.insert(place, {std::move(batch), Lane::State::kReady, now, true,
                             Backoff(to.policy.first_retry, to.policy.retry_cap)});
    }
  }
}

void Forwarder::settle(const Lane& lane, std::int64_t batch_id, spool::Settlement settlement, std::string reason,
                       spool::BatchPtr part) {
  if (settlement == spool::Settlement::kReturned) lane.returned->add();
  settlements_.push_back({lane.sink->name(), batch_id, settlement, std::move(reason), std::move(part)});
}

void Forwarder::announce(const std::string& health_record) {
  for (const auto& lane : lanes_) lane->sink->announce(health_record);
}

void Forwarder::flush_to_store() {
  while (!settlements_.empty()) {
    spool::StoreRequest request = std::move(settlements_.front());
    // The last words may wait for room: an acknowledgement that is lost here would be a duplicate after the next start.
    const bool taken = done_ ? to_store_.push(std::move(request)) : to_store_.try_push(std::move(request));
    if (!taken) {
      // The store is busy: next round. A push that fails leaves the value alone.
      settlements_.front() = std::get<spool::Settle>(std::move(request));  // NOLINT(bugprone-use-after-move)
      return;
    }
    settlements_.pop_front();
  }
  if (done_) return;
  for (const auto& lane : lanes_) {
    spool::LeaseRequest want = lane->wanted();
    const bool nothing_open = !lane->asked || lane->asked->max_batches == 0;
    if (nothing_open && want.max_batches == 0) continue;
    if (lane->asked && lane->asked->max_batches == want.max_batches && lane->asked->max_bytes == want.max_bytes) {
      continue;
    }
    if (!to_store_.try_push(spool::StoreRequest(want))) return;
    lane->asked = std::move(want);
  }
}

void Forwarder::stop(BootTime deadline) { stop_deadline_ = deadline; }

void Forwarder::finish_if_over(BootTime now) {
  if (!stop_deadline_) return;
  const bool over = now >= *stop_deadline_;
  bool holding = false;
  for (const auto& lane : lanes_) {
    const bool down = !lane->sink->health().connected;
    const auto gives_up = [&](const Lane::Held& one) {
      if (over) return true;
      if (one.state == Lane::State::kParked) return one.due >= *stop_deadline_;
      return one.state == Lane::State::kReady && down;
    };
    for (const Lane::Held& one : lane->held) {
      if (gives_up(one)) settle(*lane, one.batch->header.id, spool::Settlement::kReturned, {});
    }
    lane->held.erase(std::remove_if(lane->held.begin(), lane->held.end(), gives_up), lane->held.end());
    holding |= !lane->held.empty();
  }
  done_ = over || (!holding && from_store_.size() == 0);
}

std::vector<SinkStatus> Forwarder::status() const {
  std::vector<SinkStatus> all;
  for (const auto& lane : lanes_) {
    const SinkHealth health = lane->sink->health();
    SinkStatus status;
    status.name = lane->sink->name();
    status.type = lane->policy.type;
    status.connected = health.connected;
    status.attention = health.attention;
    status.detail = health.detail;
    status.last_ack = lane->last_ack;
    status.in_flight = lane->number(Lane::State::kInFlight);
    status.waiting = lane->held.size() - status.in_flight;
    status.accepted = lane->accepted->value();
    status.retried = lane->retried_batches;
    status.rejected = lane->rejected_batches;
    status.returned = lane->returned->value();
    status.lag_s = lane->lag_s(clock_.wall_now());
    all.push_back(std::move(status));
  }
  return all;
}

}  // namespace airspool::uplink
