// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/uplink/sink.h>

namespace airspool::uplink {

enum class KafkaAccess : std::uint8_t {
  kPlaintext,
  kTls,          // and all below over TLS
  kScramSha512,  // username, password_file
  kScramSha256,
  kPlain,
  kToken,  // SASL/OAUTHBEARER with what `token` gives: MSK IAM, or any other issuer
};

// A bearer token (RFC 6750; how librdkafka sends it: RFC 7628).
struct KafkaToken {
  std::string value;
  std::string principal;
  WallTime expires;
};

struct KafkaSinkSettings {
  std::string name;
  std::vector<std::string> brokers;  // host:port, to start from
  std::string topic;                 // {station} becomes the station's name
  std::string station;
  std::string status_topic;  // where announce() goes, with the station as key; empty: nowhere
  KafkaAccess access = KafkaAccess::kPlaintext;
  std::string username;
  std::string password_file;  // its first line; read again whenever the broker refuses it
  std::string ca_file;        // PEM; empty: what the system trusts
  std::string cert_file;      // PEM; with key_file: who we are (mutual TLS)
  std::string key_file;
  std::map<std::string, std::string> properties;  // librdkafka's; they win over ours
  // For kToken: a new token. May take its time: it is called on a thread of its own, before the one in use ends, and
  // may still run when the sink is gone, so that it owns all it needs.
  std::function<Result<KafkaToken>()> token;
  // What becomes of one record (a line without its newline): the key and value of its message, in buffers that are used
  // again. False: it is left out and counted. Empty: the record as it is, under the aircraft's address.
  std::function<bool(std::string_view record, std::string& key, std::string& value)> encode;
  std::chrono::milliseconds message_timeout{120'000};  // a record that is not acknowledged in this time is tried again
  std::chrono::milliseconds first_reconnect{1000};     // doubling, with jitter
  std::chrono::milliseconds reconnect_cap{60'000};
  std::size_t max_in_flight = 16;                          // batches
  std::size_t max_in_flight_bytes = std::size_t{1} << 20;  // of batches as they lie in the spool
  std::size_t max_in_flight_text = std::size_t{4} << 20;   // of records; one batch is always taken
  std::uint64_t jitter_seed = 0;
};

// A sink that produces one Kafka message a record: key = the aircraft's address ("~" before one that is not ICAO's; the
// station for notices), partition as Java's producer chooses it (murmur2), headers schema, station and replay,
// zstd, idempotent, acks=all. A batch is Accepted when every one of its messages is. A record that the topic can
// never take is Rejected, as part of its batch, after all others of it were delivered; with `encode` the whole batch
// is. librdkafka's own threads do the talking; a producer that has failed for good (its fatal errors) is put away on a
// thread of its own and a new one made, what was in flight is Retry. What it holds is bounded: 8 MB of messages.
// `clock` and `metrics` outlive the sink.
// Errors of open: kConfig (no broker, an unknown or wrong property, which is named, half a key pair, TLS files that do
// not fit), kNotFound and kPermissionDenied (a file); kConfig as well when the program was built without Kafka. A
// broker that is not there is no error of open.
Result<std::unique_ptr<Sink>> open_kafka_sink(KafkaSinkSettings settings, const Clock& clock,
                                              metrics::Registry& metrics);

// What open would say of the settings, without speaking to anybody. A build without Kafka knows nothing to say.
Result<void> check_kafka_settings(const KafkaSinkSettings& settings);

// Whether all brokers are on this machine (127.0.0.0/8, ::1, localhost).
bool kafka_brokers_are_loopback(const std::vector<std::string>& brokers);

}  // namespace airspool::uplink
