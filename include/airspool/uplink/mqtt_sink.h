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

enum class BrokerProfile : std::uint8_t {
  kStandard,  // MQTT 5.0
  kAwsIot,    // MQTT 5.0 with the limits of AWS IoT Core
  kPlain,     // MQTT 3.1.1, whose acknowledgements also cover what the broker drops
};

struct MqttSinkSettings {
  std::string name;
  // mqtt://host[:1883], mqtts://host[:8883], ws://host[:80][/mqtt] or wss://host[:443][/mqtt]; IPv6 in brackets
  std::string url;
  std::string proxy;           // http://[user:password@]host[:3128]; "none"; empty: uplink/http_proxy.h
  std::string topic;           // {station} becomes the station's name
  std::string status_topic;    // of the health record, retained; empty: neither birth nor last will
  std::string aircraft_topic;  // with {icao24}: one message a record, live only; empty: none
  std::string station;         // for the topic and text of the last will
  BrokerProfile profile = BrokerProfile::kStandard;
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
  std::chrono::seconds ack_timeout{60};  // a broker that lives, but acknowledges nothing for so long, is given up
  std::chrono::milliseconds first_reconnect{1000};  // doubling, with jitter
  std::chrono::milliseconds reconnect_cap{60'000};
  std::size_t max_in_flight = 16;  // batches; the broker's Receive Maximum if that is smaller
  std::size_t max_in_flight_bytes = std::size_t{2} << 20;
  std::uint64_t jitter_seed = 0;
};

// A sink that publishes batches to an MQTT broker with QoS 1, one PUBLISH a batch. Accepted means a PUBACK with a
// reason below 0x80; brokers that speak only MQTT 3.1.1, which acknowledge what they drop, are refused unless the
// profile is kPlain. Nothing is kept beside the spool: no session. Reconnects by itself for ever.
//
// A batch that is larger than the broker takes is cut at line ends and encoded anew, each part a batch of its own with
// its own `batch` and `count`; it is Accepted when all parts are. A record that is too large alone is rejected, the
// rest delivered. A v5 subscriber finds the content type application/x-ndjson and the user properties content-encoding
// (with zstd), schema, station, batch (record_id of its first record), count and replay; one of 3.1.1 the bytes alone.
//
// On `status_topic`, retained: what announce() was given last, and when we vanish the broker tells
// {"schema":1,"kind":"health","station_id":..,"online":false,"reason":"connection lost"}. On `aircraft_topic`: the
// records of live batches as single JSON objects, QoS 0, for dashboards; dropped and counted when the connection is
// behind, never from a replay.
//
// Runs on the thread that polls it, but for the look-up of host names. `clock` and `metrics` outlive it.
// Errors of open: kConfig (url, proxy, topics, half a key pair), kNotFound and kPermissionDenied (a file); kConfig as
// well when the program was built without MQTT. A broker that is not there is no error of open.
Result<std::unique_ptr<Sink>> open_mqtt_sink(MqttSinkSettings settings, const Clock& clock, metrics::Registry& metrics);

// Whether the broker is on this machine (127.0.0.0/8, ::1, localhost). False for what is no url.
bool mqtt_url_is_loopback(std::string_view url);

}  // namespace airspool::uplink
