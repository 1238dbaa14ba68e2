// SPDX-License-Identifier: Apache-2.0
#include "aws_topic.h"

#include <algorithm>

namespace airspool::config {
namespace {

constexpr std::size_t kLongest = 256;
constexpr std::ptrdiff_t kMostSlashes = 7;
constexpr std::string_view kBasicIngest = "$aws/rules/";

void fill_in(std::string& topic, std::string_view word, std::string_view with) {
  for (std::size_t at = 0; (at = topic.find(word, at)) != std::string::npos; at += with.size()) {
    topic.replace(at, word.size(), with);
  }
}

}  // namespace

std::string expand_topic(std::string topic, std::string_view station) {
  fill_in(topic, "{station}", station);
  fill_in(topic, "{icao24}", "~3c6444");
  return topic;
}

std::string wrong_with_aws_topic(std::string_view topic) {
  if (topic.starts_with(kBasicIngest)) {
    const auto rule_end = topic.find('/', kBasicIngest.size());
    if (rule_end == kBasicIngest.size() || rule_end == std::string_view::npos || rule_end + 1 == topic.size()) {
      return "names no rule or no topic behind it: write $aws/rules/<rule>/airspool/{station}/states";
    }
    topic.remove_prefix(rule_end + 1);
  } else if (topic.starts_with("$")) {
    return "begins with $, which AWS keeps to itself but for $aws/rules/<rule>/...";
  }
  const auto slashes = std::count(topic.begin(), topic.end(), '/');
  if (slashes > kMostSlashes) return "has " + std::to_string(slashes) + " slashes: AWS IoT Core takes 7 at most";
  if (topic.size() > kLongest) {
    return "has " + std::to_string(topic.size()) + " bytes when it is filled in: AWS IoT Core takes 256 at most";
  }
  return {};
}

}  // namespace airspool::config
