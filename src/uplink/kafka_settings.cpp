// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include <airspool/uplink/kafka_sink.h>

#include "kafka_properties.h"

namespace airspool::uplink {
namespace {

constexpr std::string_view kStationWord = "{station}";

Result<void> check_topic(const char* key, const std::string& topic) {
  constexpr std::size_t kLongestTopic = 249;
  if (topic.empty()) return fail(ErrorCode::kConfig, std::string(key) + " is empty: write for example airspool.states");
  const std::string plain = kafka::expand_topic(topic, "station");
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
  if (plain.find_first_not_of(kAllowed) != std::string::npos || plain.size() > kLongestTopic) {
    return fail(ErrorCode::kConfig, std::string(key) + " \"" + topic +
                                        "\" is no topic: at most 249 letters, digits, '.', '_' and '-', and {station}");
  }
  return {};
}

}  // namespace

namespace kafka {

std::string expand_topic(std::string topic, const std::string& station) {
  // What a topic's name may hold: Kafka's org.apache.kafka.common.internals.Topic, [a-zA-Z0-9._-].
  std::string word = station;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  std::replace_if(
      word.begin(), word.end(), [&](char c) { return !allowed(c); }, '_');
  for (std::size_t at = 0; (at = topic.find(kStationWord, at)) != std::string::npos; at += word.size()) {
    topic.replace(at, kStationWord.size(), word);
  }
  return topic;
}

}  // namespace kafka

Result<void> check_kafka_settings(const KafkaSinkSettings& settings) {
  const auto in_sink = [&](const Error& error) {
    return tl::unexpected(Error{error.code, "sink \"" + settings.name + "\": " + error.message});
  };
  if (settings.brokers.empty()) return in_sink({ErrorCode::kConfig, "brokers is empty: name one as host:port"});
  if (const auto topic = check_topic("topic", settings.topic); !topic) return in_sink(topic.error());
  if (!settings.status_topic.empty()) {
    if (const auto topic = check_topic("status_topic", settings.status_topic); !topic) return in_sink(topic.error());
  }
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return in_sink({ErrorCode::kConfig, "cert_file and key_file belong together: set both or none"});
  }
  if (const auto conf = kafka::make_conf(settings, {}); !conf) return in_sink(conf.error());
  return {};
}

}  // namespace airspool::uplink
