// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/spool/batch.h>

namespace airspool::uplink {

// What became of one batch. An answer comes at most once a batch. `reason` is a sentence for people; `cause` one fixed
// word for counters ("not-authorised", "disk-full"), so that their number stays small.
struct Accepted {};
struct Retry {  // try again, not before `after`; zero leaves the pace to the forwarder's backoff
  std::chrono::milliseconds after{0};
  std::string reason;
  std::string cause = "other";
};
struct Reject {  // trying again cannot help
  std::string reason;
  std::string cause = "other";
  // Null: all of the batch. Else the records that can never be delivered (such as one that is larger than the other
  // side takes) under the batch's header, narrowed to them; all others were accepted.
  spool::BatchPtr part = nullptr;
};
using Outcome = std::variant<Accepted, Retry, Reject>;

struct Answer {
  std::int64_t batch_id = 0;
  Outcome outcome;
};

enum class Offer : std::uint8_t {
  kTaken,  // an answer will follow from poll(), unless the sink is destroyed first
  kFull,   // not now; offer it again after the next poll()
};

// How much a sink wants in flight at once.
struct SinkWindow {
  std::size_t batches = 1;
  std::size_t bytes = 1 << 20;
};

// What a person wants to know about a sink at a glance.
struct SinkHealth {
  bool connected = false;
  bool attention = false;  // the red light: it will not mend by itself; `detail` says what is wrong and what to do
  std::string detail;      // one sentence: "connected to mqtt://127.0.0.1:1883", "refused: not authorised"
};

// A place that takes batches: Kafka, MQTT, files. Asynchronous, as brokers are: a batch is offered, its answer comes
// later. An ack is the other side's ack, not the socket's. Owned and called by one thread (forward). Neither call
// blocks longer than 50 ms. Losing the connection is not an error of a call: the sink reconnects by itself and answers
// Retry for what was in flight. What is unanswered when the sink is destroyed counts as Retry. Every implementation
// runs tests/contract/.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual SinkWindow window() const = 0;
  [[nodiscard]] virtual SinkHealth health() const = 0;

  // `replay`: sent more than 30 s after it was sealed; told to the other side by the transport's own means.
  virtual Offer offer(spool::BatchPtr batch, bool replay) = 0;
  // Lets the sink work and collects the answers that are there by `deadline`. May wait for them until then while
  // something is under way; returns at once when there is nothing to wait for.
  virtual std::vector<Answer> poll(BootTime deadline) = 0;

  // How the box is: one JSON object for people and dashboards. Best effort and not a delivery: kept until it can be
  // sent, the newest in place of the one before, never answered. A sink with no place for it ignores it.
  virtual void announce(std::string health_record) { static_cast<void>(health_record); }
};

}  // namespace airspool::uplink
