// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/net/byte_stream.h>
#include <airspool/net/lookup.h>

#include "http_proxy.h"
#include "mqtt_packet.h"
#include "mqtt_url.h"
#include "tls_stream.h"

namespace airspool::uplink::mqtt {

struct SessionSettings {
  MqttUrl url;
  TlsSettings tls;  // used when url.tls
  std::optional<HttpProxy> proxy;
  Connect connect;
  std::chrono::seconds connect_timeout{15};
  // So long without an acknowledgement while one is due, and nothing is left to send: the broker is alive and stuck.
  std::chrono::seconds ack_timeout{60};
};

// One connection to a broker, from the look-up of its name to its end. Never blocks, keeps no clock. After Lost it is
// dead: destroy it. One thread owns it.
class Session {
 public:
  struct Up {
    Connack connack;
  };
  struct Acked {
    Puback puback;
  };
  struct Lost {
    std::string reason;             // a sentence with the next step
    bool attention = false;         // somebody must mend something: credentials, certificate, the wrong port
    std::uint8_t refused = 0;       // reason of a CONNACK that says no
    std::uint8_t disconnected = 0;  // reason of the broker's DISCONNECT
  };
  using Event = std::variant<Up, Acked, Lost>;

  Session(SessionSettings settings, BootTime now);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // Does what can be done now and tells what happened.
  std::vector<Event> advance(BootTime now);
  // Queues a PUBLISH: its head and its payload, which is not copied. `acked`: an acknowledgement is due (QoS 1).
  void publish(std::string head, std::shared_ptr<const std::string> payload, bool acked = true);

  // Bytes that are queued here and not taken by the stream yet.
  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }
  [[nodiscard]] bool up() const { return stage_ == Stage::kUp; }
  [[nodiscard]] int fd() const { return stream_ ? stream_->fd() : -1; }
  [[nodiscard]] bool wants_write() const { return stream_ && (stream_->wants_write() || !out_.empty()); }

 private:
  enum class Stage : std::uint8_t { kLookup, kConnect, kEstablish, kConnack, kUp, kDead };
  struct Out {
    std::string head;
    std::shared_ptr<const std::string> payload;
    std::size_t sent = 0;
    bool is_publish = false;

    [[nodiscard]] std::size_t size() const { return head.size() + (payload ? payload->size() : 0); }
  };

  void advance_connection(BootTime now, std::vector<Event>& events);
  void receive(BootTime now, std::vector<Event>& events);
  void handle(const Packet& packet, std::vector<Event>& events);
  void handle(const Connack& connack, std::vector<Event>& events);
  bool transmit(BootTime now, std::vector<Event>& events);
  void keep_alive(BootTime now, std::vector<Event>& events);
  void check_timeout(BootTime now, std::vector<Event>& events);
  void watch_acks(BootTime now, std::vector<Event>& events);
  void lose(std::vector<Event>& events, std::string reason, bool attention = false);
  void queue(Out out);
  [[nodiscard]] Result<std::unique_ptr<net::ByteStream>> open_stream(const net::Endpoint& endpoint) const;
  void next_endpoint(std::vector<Event>& events, const Error& error);

  SessionSettings settings_;
  std::string where_;  // host:port, for people
  Stage stage_ = Stage::kLookup;
  BootTime began_;
  std::optional<net::Lookup> lookup_;
  std::vector<net::Endpoint> endpoints_;
  std::size_t next_endpoint_ = 0;
  std::unique_ptr<net::ByteStream> stream_;
  std::string in_;
  std::deque<Out> out_;
  std::size_t queued_bytes_ = 0;
  std::size_t unacked_ = 0;  // PUBLISHes of QoS 1 without their PUBACK
  BootTime worked_;          // last time that a PUBLISH moved or was acknowledged
  std::chrono::nanoseconds keep_alive_{0};
  BootTime heard_;  // last time that bytes came
  BootTime moved_;  // last time that bytes went
  std::optional<BootTime> ping_sent_;
};

}  // namespace airspool::uplink::mqtt
