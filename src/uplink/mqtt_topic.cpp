// SPDX-License-Identifier: Apache-2.0
#include "mqtt_topic.h"

namespace airspool::uplink {
namespace {

constexpr std::string_view kStationWord = "{station}";
constexpr std::string_view kAddressWord = "{icao24}";
constexpr std::size_t kLongestTopic = 1024;

void fill_in(std::string& topic, std::string_view word, std::string level) {
  for (char& c : level) {
    if (c == '/' || c == '+' || c == '#' || static_cast<unsigned char>(c) < 0x20) c = '_';
  }
  for (std::size_t at = 0; (at = topic.find(word, at)) != std::string::npos; at += level.size()) {
    topic.replace(at, word.size(), level);
  }
}

}  // namespace

std::string expand_topic(std::string topic, std::string_view station, std::string_view icao24) {
  if (!icao24.empty()) fill_in(topic, kAddressWord, std::string(icao24));
  fill_in(topic, kStationWord, std::string(station));
  return topic;
}

Result<void> check_topic(const std::string& key, const std::string& topic, bool aircraft) {
  if (topic.empty()) return fail(ErrorCode::kConfig, key + " is empty: write for example airspool/{station}/states");
  if (aircraft && topic.find(kAddressWord) == std::string::npos) {
    return fail(ErrorCode::kConfig,
                key + " \"" + topic + "\" has no {icao24}: write for example airspool/{station}/aircraft/{icao24}");
  }
  const std::string plain = expand_topic(topic, "station", aircraft ? "3c6444" : "");
  if (plain.find_first_of("+#") != std::string::npos) {
    return fail(ErrorCode::kConfig, key + " \"" + topic + "\" holds + or #, which only subscribers may use");
  }
  if (plain.find_first_of("{}") != std::string::npos) {
    return fail(ErrorCode::kConfig, key + " \"" + topic + "\" holds a word in braces that is not {station}" +
                                        (aircraft ? " or {icao24}" : ""));
  }
  if (plain.size() > kLongestTopic) return fail(ErrorCode::kConfig, key + " is longer than 1024 bytes");
  return {};
}

}  // namespace airspool::uplink
