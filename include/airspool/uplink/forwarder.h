// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/spool/lease.h>
#include <airspool/uplink/sink.h>

namespace airspool::uplink {

struct SinkPolicy {
  std::string type;  // "mqtt", "file", ...: shown in the status
  // Batches with simulated records are rejected: for a broker that is not on this machine, unless --allow-sim.
  bool refuse_simulated = false;
  std::chrono::milliseconds first_retry{1000};  // backoff of one batch: first retry within this, doubling
  std::chrono::milliseconds retry_cap{60'000};
};

struct SinkLane {
  std::unique_ptr<Sink> sink;
  SinkPolicy policy;
};

struct SinkStatus {
  std::string name;
  std::string type;
  bool connected = false;
  bool attention = false;
  std::string detail;
  std::optional<WallTime> last_ack;
  std::size_t in_flight = 0;   // with the sink, unanswered
  std::size_t waiting = 0;     // held here until it is their turn (again)
  std::uint64_t accepted = 0;  // batches, since the start; so are the next three
  std::uint64_t retried = 0;
  std::uint64_t rejected = 0;
  std::uint64_t returned = 0;
  double lag_s = 0.0;  // age of the oldest batch that is held here; 0 when none is
};

// Moves batches from the spool to every sink, each at its own pace. Asks the store for as much as a sink's window has
// room for, offers, and turns answers into settlements. A batch that is to be tried again stays here, leased, until it
// is due; it does not stop the others. A sink that is down gets nothing new. No sink's silence delays another one: each
// is stepped in turn and none may block longer than a few milliseconds.
// Owned and called by one thread (forward). The channels outlive it.
class Forwarder {
 public:
  Forwarder(std::vector<SinkLane> lanes, Channel<spool::StoreRequest>& to_store, Channel<spool::Lease>& from_store,
            const Clock& clock, std::uint64_t jitter_seed, metrics::Registry& metrics);
  ~Forwarder();
  Forwarder(const Forwarder&) = delete;
  Forwarder& operator=(const Forwarder&) = delete;

  // One round over all sinks. How long the thread may sleep before the next round.
  std::chrono::milliseconds step(BootTime now);

  // Begins the end: go on calling step() until done(). What can be delivered until `deadline` is delivered; batches
  // that would not be due by then, and at the deadline all that is unanswered, are returned to the store.
  void stop(BootTime deadline);
  [[nodiscard]] bool done() const { return done_; }

  // How the box is, for every sink that has a place for it (Sink::announce). Sent with the next step(). Same thread.
  void announce(const std::string& health_record);

  // Same thread; hand the values on to whoever shows them.
  [[nodiscard]] std::vector<SinkStatus> status() const;

 private:
  class Lane;

  void take_leases(BootTime now);
  void flush_to_store();
  void settle(const Lane& lane, std::int64_t batch_id, spool::Settlement settlement, std::string reason,
              spool::BatchPtr part = nullptr);
  void finish_if_over(BootTime now);

  Channel<spool::StoreRequest>& to_store_;
  Channel<spool::Lease>& from_store_;
  const Clock& clock_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::deque<spool::Settle> settlements_;  // not yet taken by the store's channel
  std::optional<BootTime> stop_deadline_;
  bool done_ = false;
};

}  // namespace airspool::uplink
