// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/uplink/sink.h>

namespace airspool::uplink {

enum class NoSubscribers : std::uint8_t {
  kAccept,  // the broker took it, though nobody listens; counted
  kRetry,   // not delivered until somebody listens
};
enum class PayloadEncoding : std::uint8_t {
  kZstd,  // the batch as it lies in the spool
  kNone,  // NDJSON text
};

struct MqttSinkSettings {
  std::string name;
  std::string url;    // mqtt://host[:1883] or mqtts://host[:8883]; IPv6 in brackets
  std::string topic;  // {station} becomes the station's name
  PayloadEncoding encoding = PayloadEncoding::kZstd;
  NoSubscribers on_no_subscribers = NoSubscribers::kAccept;
  std::string client_id;  // empty: "airspool-" and random digits
  std::string username;
  std::string password_file;  // its first line; read again at every connection, so that it can be changed
  std::string ca_file;        // PEM; empty: what the system trusts
  std::string cert_file;      // PEM; with key_file: who we are (mutual TLS)
  std::string key_file;
  std::chrono::seconds keep_alive{30};  // a broker that is silent for longer than this is given up
  std::chrono::seconds connect_timeout{15};
  std::chrono::milliseconds first_reconnect{1000};  // doubling, with jitter
  std::chrono::milliseconds reconnect_cap{60'000};
  std::size_t max_in_flight = 16;  // batches; the broker's Receive Maximum if that is smaller
  std::size_t max_in_flight_bytes = std::size_t{2} << 20;
  std::uint64_t jitter_seed = 0;
};

// A sink that publishes batches to an MQTT 5.0 broker with QoS 1, one PUBLISH a batch. Accepted means a PUBACK with a
// reason below 0x80; brokers that speak only MQTT 3.1.1 are refused, because they acknowledge what they drop. No
// session, no retained messages, nothing kept beside the spool. Reconnects by itself for ever.
// A v5 subscriber finds the content type application/x-ndjson and the user properties content-encoding (with zstd),
// schema, station, batch (record_id of its first record), count and replay.
// Runs on the thread that polls it, but for the look-up of host names. `clock` and `metrics` outlive it.
// Errors of open: kConfig (url, topic, half a key pair), kNotFound and kPermissionDenied (a file); kConfig as well when
// the program was built without MQTT. A broker that is not there is no error of open.
Result<std::unique_ptr<Sink>> open_mqtt_sink(MqttSinkSettings settings, const Clock& clock, metrics::Registry& metrics);

// Whether the broker is on this machine (127.0.0.0/8, ::1, localhost). False for what is no url.
bool mqtt_url_is_loopback(std::string_view url);

}  // namespace airspool::uplink
