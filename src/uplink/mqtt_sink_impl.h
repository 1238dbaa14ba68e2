// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <airspool/uplink/mqtt_sink.h>

#include "backoff.h"
#include "batch_parts.h"
#include "http_proxy.h"
#include "mqtt_packet.h"
#include "mqtt_session.h"
#include "mqtt_url.h"

namespace airspool::uplink {

// mqtt_sink.cpp: connection, batches and their answers. mqtt_sink_beside.cpp: health record, last will, messages of
// single aircraft. mqtt_sink_open.cpp: what can be wrong with the settings.
class MqttSink final : public Sink {
 public:
  MqttSink(MqttSinkSettings settings, MqttUrl url, std::optional<HttpProxy> proxy, const Clock& clock,
           metrics::Registry& metrics);

  [[nodiscard]] const std::string& name() const override { return settings_.name; }
  [[nodiscard]] SinkWindow window() const override { return {window_batches(), settings_.max_in_flight_bytes}; }
  [[nodiscard]] SinkHealth health() const override { return {up(), attention_, detail_}; }

  Offer offer(spool::BatchPtr batch, bool replay) override;
  std::vector<Answer> poll(BootTime deadline) override;
  void announce(std::string health_record) override;

 private:
  // A batch that was taken and not answered yet.
  struct Delivery {
    spool::BatchPtr batch;
    bool replay = false;
    std::size_t open_parts = 0;  // queued or in flight
    bool delivered_some = false;
    RejectedLines rejected;
  };
  struct Piece {
    std::uint64_t delivery = 0;
    BatchPart part;
  };

  [[nodiscard]] bool up() const { return session_ && session_->up(); }
  [[nodiscard]] std::size_t window_batches() const {
    return std::min<std::size_t>(settings_.max_in_flight, receive_maximum_);
  }
  void connect(BootTime now);
  void advance(BootTime now);
  void handle(const mqtt::Session::Up& event, BootTime now);
  void handle(const mqtt::Session::Acked& event);
  void handle(const mqtt::Session::Lost& event, BootTime now);
  void lost(const std::string& reason, bool attention, BootTime now);
  [[nodiscard]] std::string connected_words() const;

  // Batches and their parts.
  [[nodiscard]] mqtt::Publish publish_for(const Delivery& delivery, const BatchPart& part) const;
  [[nodiscard]] bool fits(const Delivery& delivery, const BatchPart& part) const;
  // Its parts go to where it stood in the queue.
  void cut(std::uint64_t serial, const BatchPart& part);
  void too_large_alone(std::uint64_t serial, std::string_view line, std::size_t bytes);
  void send_queued();
  void settle(std::uint64_t serial, const BatchPart& part, const mqtt::Puback& puback);
  void finish_if_over(std::uint64_t serial);
  void answer(std::uint64_t serial, Outcome outcome);
  void take_back(std::uint64_t serial, Outcome outcome);  // answers, and forgets its parts that are not sent yet
  void learn_limit(std::size_t refused_bytes, BootTime now);
  void forget_limit() {
    refused_payload_ = learned_payload_ = 0;
    finding_limit_ = false;
  }
  Outcome outcome(const mqtt::Puback& puback);
  Outcome mistake(std::string reason, std::string cause);
  std::uint16_t free_packet_id();

  // Beside the batches.
  [[nodiscard]] std::optional<mqtt::Will> last_will() const;
  void send_status();
  void settle_status(const mqtt::Puback& puback);
  void publish_aircraft(const spool::Batch& batch);

  const MqttSinkSettings settings_;
  const MqttUrl url_;
  const std::optional<HttpProxy> proxy_;
  const mqtt::Version version_;
  const Clock& clock_;
  std::mt19937_64 random_;
  Backoff backoff_;
  BootTime next_connect_;
  metrics::Counter& no_subscribers_;
  metrics::Counter& connections_;
  metrics::Counter& cut_batches_;
  metrics::Counter& aircraft_sent_;
  metrics::Counter& aircraft_dropped_;

  std::optional<mqtt::Session> session_;
  BootTime up_since_;
  bool delivered_ = false;  // on this connection
  std::uint16_t receive_maximum_ = 0xFFFF;
  std::size_t maximum_packet_ = 0;  // that the broker announced; 0 = none
  // Of a broker that refuses without saying what it takes; 0 = nothing learned.
  std::size_t refused_payload_ = 0;  // the smallest that it refused
  std::size_t learned_payload_ = 0;  // what parts are made to fit
  BootTime learned_until_;
  bool finding_limit_ = false;  // nothing was accepted yet since

  std::map<std::uint64_t, Delivery> deliveries_;
  std::uint64_t last_delivery_ = 0;
  std::deque<Piece> queue_;                   // waits for room in the broker's Receive Maximum
  std::map<std::uint16_t, Piece> in_flight_;  // by packet id
  std::size_t payload_bytes_ = 0;             // of both
  std::uint16_t last_packet_id_ = 0;
  BatchCutter cutter_;
  std::vector<Answer> answers_;

  std::string status_record_;  // the newest
  bool status_due_ = false;
  std::optional<std::uint16_t> status_packet_;  // in flight
  bool retain_available_ = true;
  // A broker may forbid the last will and let us in without it: tried by turns after a refusal.
  bool with_will_ = true;
  bool will_sent_ = false;

  bool attention_ = false;
  std::string detail_;
};

}  // namespace airspool::uplink
