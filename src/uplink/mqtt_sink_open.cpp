// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <random>
#include <utility>

#include <airspool/core/log.h>

#include "mqtt_sink_impl.h"
#include "mqtt_topic.h"
#include "private_file.h"

namespace airspool::uplink {
namespace {

// AWS IoT Core, "AWS IoT Core message broker and protocol limits and quotas".
constexpr std::size_t kAwsMostInFlight = 100;
constexpr std::chrono::seconds kAwsShortestKeepAlive{30};
constexpr std::chrono::seconds kAwsLongestKeepAlive{1200};

Error file_error(const std::string& key, const std::string& path, int number) {
  const ErrorCode code = number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kPermissionDenied;
  return {code,
          key + " " + path + " cannot be read: " + std::strerror(number) + "; check the path and its permissions"};
}

Result<void> check_files(const MqttSinkSettings& settings) {
  const std::pair<const char*, const std::string*> files[] = {
      {"ca_file", &settings.ca_file}, {"cert_file", &settings.cert_file}, {"key_file", &settings.key_file}};
  for (const auto& [key, path] : files) {
    if (path->empty()) continue;
    errno = 0;
    if (!std::ifstream(*path)) return tl::unexpected(file_error(key, *path, errno));
  }
  if (settings.cert_file.empty() != settings.key_file.empty()) {
    return fail(ErrorCode::kConfig, "cert_file and key_file belong together: set both or none");
  }
  return {};
}

Result<void> check_topics(const MqttSinkSettings& settings) {
  struct Topic {
    const char* key;
    const std::string& topic;
    bool aircraft;
  };
  for (const Topic& one : {Topic{"topic", settings.topic, false}, Topic{"status_topic", settings.status_topic, false},
                           Topic{"aircraft_topic", settings.aircraft_topic, true}}) {
    if (one.topic.empty() && one.key != std::string_view("topic")) continue;
    if (auto checked = check_topic(one.key, one.topic, one.aircraft); !checked) return checked;
  }
  return {};
}

std::string random_client_id() {
  constexpr const char* kDigits = "0123456789abcdef";
  std::random_device device;
  std::string id = "airspool-";
  for (int i = 0; i < 12; ++i) id.push_back(kDigits[device() % 16]);
  return id;
}

void say_what_is_weak(const MqttSinkSettings& settings, const MqttUrl& url) {
  const bool here = mqtt_url_is_loopback(settings.url);
  if (!url.tls && !settings.password_file.empty() && !here) {
    log::warning("uplink", "the password crosses the network in clear; use mqtts:// or wss://",
                 {{"sink", settings.name}});
  }
  if (settings.profile == BrokerProfile::kPlain) {
    log::warning("uplink",
                 "profile = \"plain\" speaks MQTT 3.1.1, whose acknowledgements also cover messages that the broker "
                 "drops (no permission, too large, nobody subscribes); take a broker with MQTT 5 where you can",
                 {{"sink", settings.name}});
  }
}

}  // namespace

Result<std::unique_ptr<Sink>> open_mqtt_sink(MqttSinkSettings settings, const Clock& clock,
                                             metrics::Registry& metrics) {
  const auto in_sink = [&](const Error& error) {
    return tl::unexpected(Error{error.code, "sink \"" + settings.name + "\": " + error.message});
  };
  auto url = parse_mqtt_url(settings.url);
  if (!url) return in_sink(url.error());
  auto proxy = proxy_for(*url, settings.proxy);
  if (!proxy) return in_sink(proxy.error());
  if (const auto topics = check_topics(settings); !topics) return in_sink(topics.error());
  if (const auto files = check_files(settings); !files) return in_sink(files.error());
  if (!settings.password_file.empty()) {
    if (const auto password = read_password_file(settings.password_file); !password) return in_sink(password.error());
  }
  if (!url->tls && !settings.ca_file.empty()) {
    return in_sink({ErrorCode::kConfig, "ca_file is set, but the url is " +
                                            std::string(url->websocket ? "ws" : "mqtt") +
                                            "://: use mqtts:// or wss://"});
  }
  say_what_is_weak(settings, *url);
  if (settings.profile == BrokerProfile::kAwsIot) {
    settings.max_in_flight = kAwsMostInFlight;
    settings.keep_alive = std::clamp(settings.keep_alive, kAwsShortestKeepAlive, kAwsLongestKeepAlive);
  }
  if (settings.max_in_flight == 0) settings.max_in_flight = 1;
  if (settings.client_id.empty()) settings.client_id = random_client_id();
  if (settings.jitter_seed == 0) settings.jitter_seed = std::random_device{}();
  return std::make_unique<MqttSink>(std::move(settings), std::move(*url), std::move(*proxy), clock, metrics);
}

}  // namespace airspool::uplink
