// SPDX-License-Identifier: Apache-2.0
#include "cli/setup_answers.h"

#include <array>
#include <cstdio>

namespace airspool::cli {
namespace {

std::string number_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.8g", value);
  return text.data();
}

// "msk://b-1:9098/" -> "b-1:9098"; nothing when it is another scheme.
std::optional<std::string> behind(std::string_view text, std::string_view scheme) {
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  while (text.ends_with('/')) text.remove_suffix(1);
  return std::string(text);
}

struct KafkaScheme {
  std::string_view scheme;
  std::string_view security;
};
constexpr std::array<KafkaScheme, 3> kKafkaSchemes{
    {{"kafka://", "plaintext"}, {"kafkas://", "tls"}, {"msk://", "msk-iam"}}};

}  // namespace

std::optional<PositionAnswer> read_position(std::string_view text) {
  std::vector<std::string> parts;
  constexpr std::string_view kBetween = " ,;\t";
  for (auto from = text.find_first_not_of(kBetween); from != std::string_view::npos;) {
    const auto to = text.find_first_of(kBetween, from);
    parts.emplace_back(text.substr(from, to == std::string_view::npos ? to : to - from));
    from = to == std::string_view::npos ? to : text.find_first_not_of(kBetween, to);
  }
  if (parts.size() < 2 || parts.size() > 3) return std::nullopt;
  parts.resize(3);
  return PositionAnswer{parts[0], parts[1], parts[2]};
}

std::string position_text(const config::Station& station) {
  if (!station.position()) return "";
  std::string text = number_text(*station.lat_deg) + ", " + number_text(*station.lon_deg);
  if (station.alt_m) text += ", " + number_text(*station.alt_m);
  return text;
}

std::optional<Destination> read_destination(std::string_view text) {
  for (const std::string_view scheme : {"mqtt://", "mqtts://", "ws://", "wss://"}) {
    if (text.starts_with(scheme)) return Destination{"mqtt", {{"url", std::string(text)}}, true};
  }
  for (const KafkaScheme& kafka : kKafkaSchemes) {
    const auto brokers = behind(text, kafka.scheme);
    if (!brokers) continue;
    Destination to{"kafka", {{"brokers", *brokers}}, kafka.security != "msk-iam"};
    if (kafka.security != "plaintext") to.keys.emplace_back("security", kafka.security);
    return to;
  }
  if (text.starts_with('/')) return Destination{"file", {{"path", std::string(text)}}, false};
  return std::nullopt;
}

std::string destination_text(const config::Sink& sink) {
  if (sink.type == config::SinkType::kMqtt) return sink.url;
  if (sink.type == config::SinkType::kFile) return sink.path;
  std::string text = sink.security == config::KafkaSecurity::kTls      ? "kafkas://"
                     : sink.security == config::KafkaSecurity::kMskIam ? "msk://"
                                                                       : "kafka://";
  for (std::size_t i = 0; i < sink.brokers.size(); ++i) text += (i == 0 ? "" : ",") + sink.brokers[i];
  return text;
}

}  // namespace airspool::cli
