// SPDX-License-Identifier: Apache-2.0
#include "kafka_properties.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

#include "private_file.h"

namespace airspool::uplink::kafka {
namespace {

constexpr std::string_view kLooksLikePassword = "password";

Error file_error(const std::string& key, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
  return {code,
          key + " " + path + " cannot be read: " + std::strerror(number) + "; check the path and its permissions"};
}

// What a property of the user's may not change: an acknowledgement must mean what the spool takes it for.
Result<void> check_allowed(const std::string& key, const std::string& value) {
  if ((key == "acks" || key == "request.required.acks") && value != "all" && value != "-1") {
    return fail(ErrorCode::kConfig,
                "properties: " + key + " must stay \"all\": with less, what is acknowledged can be lost");
  }
  constexpr std::array<std::string_view, 5> kOurs{"statistics.interval.ms", "log.queue", "delivery.report.only.error",
                                                  "enable.sasl.oauthbearer.unsecure.jwt", "transactional.id"};
  if (std::find(kOurs.begin(), kOurs.end(), key) != kOurs.end()) {
    return fail(ErrorCode::kConfig, "properties: " + key + " is airspool's own to set: remove it");
  }
  return {};
}

Result<void> set(rd_kafka_conf_t* conf, const std::string& key, const std::string& value) {
  std::array<char, 512> words{};
  switch (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), words.data(), words.size())) {
    case RD_KAFKA_CONF_OK:
      return {};
    case RD_KAFKA_CONF_UNKNOWN:
      return fail(ErrorCode::kConfig, "properties: librdkafka knows no property \"" + key + "\": look for a typo");
    default:
      break;
  }
  // Its words may repeat the value.
  const bool secret = key.find(kLooksLikePassword) != std::string::npos;
  return fail(ErrorCode::kConfig,
              "properties: \"" + key + "\" is not right" + (secret ? "" : ": " + std::string(words.data())));
}

using Pairs = std::vector<std::pair<std::string, std::string>>;

// For a box with little memory on a line that breaks, held against librdkafka 2.0.2's defaults (CONFIGURATION.md).
Pairs for_the_edge(const KafkaSinkSettings& settings, const SetSize& size) {
  return {
      {"client.id", "airspool-" + settings.station},
      {"enable.idempotence", "true"},
      {"acks", "all"},
      {"compression.type", "zstd"},
      {"partitioner", "murmur2_random"},
      // The spool has gathered a batch already: only long enough for all of it to be handed over.
      {"linger.ms", "20"},
      {"batch.size", std::to_string(size.bytes)},
      {"batch.num.messages", std::to_string(size.messages)},
      {"queue.buffering.max.kbytes", "8192"},
      {"queue.buffering.max.messages", "20000"},
      {"message.timeout.ms", std::to_string(settings.message_timeout.count())},
      {"socket.timeout.ms", "20000"},
      {"socket.connection.setup.timeout.ms", "30000"},
      {"socket.keepalive.enable", "true"},
      {"reconnect.backoff.ms", std::to_string(settings.first_reconnect.count())},
      {"reconnect.backoff.max.ms", std::to_string(settings.reconnect_cap.count())},
      // How the sink knows whether a broker can be reached: librdkafka tells that in no other way.
      {"statistics.interval.ms", "1000"},
      {"log.queue", "true"},
      {"log.connection.close", "false"},
  };
}

Pairs for_access(const KafkaSinkSettings& settings, const std::string& password) {
  Pairs pairs;
  const auto sasl = [&](const char* mechanism) {
    pairs.emplace_back("security.protocol", "sasl_ssl");
    pairs.emplace_back("sasl.mechanisms", mechanism);
  };
  switch (settings.access) {
    case KafkaAccess::kPlaintext:
      pairs.emplace_back("security.protocol", "plaintext");
      break;
    case KafkaAccess::kTls:
      pairs.emplace_back("security.protocol", "ssl");
      break;
    case KafkaAccess::kScramSha512:
      sasl("SCRAM-SHA-512");
      break;
    case KafkaAccess::kScramSha256:
      sasl("SCRAM-SHA-256");
      break;
    case KafkaAccess::kPlain:
      sasl("PLAIN");
      break;
    case KafkaAccess::kToken:
      sasl("OAUTHBEARER");
      break;
  }
  const Pairs optional{{"sasl.username", settings.username},
                       {"sasl.password", password},
                       {"ssl.ca.location", settings.ca_file},
                       {"ssl.certificate.location", settings.cert_file},
                       {"ssl.key.location", settings.key_file}};
  std::copy_if(optional.begin(), optional.end(), std::back_inserter(pairs),
               [](const auto& pair) { return !pair.second.empty(); });
  return pairs;
}

}  // namespace

Result<Conf> make_conf(const KafkaSinkSettings& settings, const SetSize& size) {
  const Pairs files{{"ca_file", settings.ca_file}, {"cert_file", settings.cert_file}, {"key_file", settings.key_file}};
  for (const auto& [key, path] : files) {
    errno = 0;
    if (!path.empty() && !std::ifstream(path)) return tl::unexpected(file_error(key, path, errno));
  }
  std::string password;
  if (!settings.password_file.empty()) {
    auto read = read_password_file(settings.password_file);
    if (!read) return tl::unexpected(read.error());
    password = std::move(*read);
  }

  Conf conf(rd_kafka_conf_new());
  std::string brokers;
  for (const std::string& broker : settings.brokers) brokers += (brokers.empty() ? "" : ",") + broker;
  Pairs pairs = for_the_edge(settings, size);
  pairs.emplace_back("bootstrap.servers", brokers);
  const Pairs access = for_access(settings, password);
  pairs.insert(pairs.end(), access.begin(), access.end());
  for (const auto& [key, value] : pairs) {
    if (const auto done = set(conf.get(), key, value); !done) return tl::unexpected(done.error());
  }
  for (const auto& [key, value] : settings.properties) {
    if (const auto allowed = check_allowed(key, value); !allowed) return tl::unexpected(allowed.error());
    if (const auto done = set(conf.get(), key, value); !done) return tl::unexpected(done.error());
  }
  if (size.bytes != SetSize{}.bytes) {
    // Sets are made smaller because the topic wants it so: that comes before the user's wish for large ones.
    if (const auto done = set(conf.get(), "batch.size", std::to_string(size.bytes)); !done) {
      return tl::unexpected(done.error());
    }
    if (const auto done = set(conf.get(), "batch.num.messages", std::to_string(size.messages)); !done) {
      return tl::unexpected(done.error());
    }
  }
  return conf;
}

}  // namespace airspool::uplink::kafka
