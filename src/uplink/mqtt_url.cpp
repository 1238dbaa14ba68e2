// SPDX-License-Identifier: Apache-2.0
#include "mqtt_url.h"

#include <charconv>

#include <airspool/net/lookup.h>
#include <airspool/uplink/mqtt_sink.h>

namespace airspool::uplink {
namespace {

tl::unexpected<Error> bad(std::string_view url, const std::string& why) {
  return fail(ErrorCode::kConfig, "url \"" + std::string(url) + "\" " + why +
                                      "; write mqtt://host:1883, mqtts://host:8883, " +
                                      "ws://host:80/mqtt or wss://host:443/mqtt");
}

}  // namespace

Result<MqttUrl> parse_mqtt_url(std::string_view url) {
  MqttUrl parsed;
  std::string_view rest = url;
  if (rest.starts_with("mqtt://")) {
    rest.remove_prefix(7);
    parsed.port = 1883;
  } else if (rest.starts_with("mqtts://")) {
    rest.remove_prefix(8);
    parsed.port = 8883;
    parsed.tls = true;
  } else if (rest.starts_with("ws://")) {
    rest.remove_prefix(5);
    parsed.port = 80;
    parsed.websocket = true;
  } else if (rest.starts_with("wss://")) {
    rest.remove_prefix(6);
    parsed.port = 443;
    parsed.tls = true;
    parsed.websocket = true;
  } else {
    return bad(url, "does not begin with mqtt://, mqtts://, ws:// or wss://");
  }
  if (rest.find('@') != std::string_view::npos) {
    return fail(ErrorCode::kConfig,
                "the url of an MQTT broker must not hold a user or password: use username and password_file");
  }
  if (parsed.websocket) {
    const auto slash = rest.find('/');
    parsed.path = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
    rest = rest.substr(0, slash);
    if (parsed.path.empty() || parsed.path == "/") parsed.path = "/mqtt";
    if (parsed.path.find_first_of("# \t\r\n") != std::string::npos) return bad(url, "has a path with a space or #");
  } else if (!rest.empty() && rest.back() == '/') {
    rest.remove_suffix(1);
  }
  std::string_view port;
  if (rest.starts_with("[")) {
    const auto end = rest.find(']');
    if (end == std::string_view::npos) return bad(url, "has no ] after its IPv6 address");
    parsed.host = std::string(rest.substr(1, end - 1));
    rest.remove_prefix(end + 1);
    if (!rest.empty() && rest.front() != ':') return bad(url, "has something other than a port after its address");
    if (!rest.empty()) port = rest.substr(1);
    if (!rest.empty() && port.empty()) return bad(url, "has an empty port");
  } else {
    const auto colon = rest.find(':');
    parsed.host = std::string(rest.substr(0, colon));
    if (colon != std::string_view::npos) {
      port = rest.substr(colon + 1);
      if (port.empty()) return bad(url, "has an empty port");
    }
  }
  if (parsed.host.empty()) return bad(url, "names no host");
  if (parsed.host.find_first_of("/?# \t") != std::string::npos) return bad(url, "has more than a host and a port");
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.port);
    if (error != std::errc{} || end != port.data() + port.size() || parsed.port == 0) {
      return bad(url, "has a port that is not a number from 1 to 65535");
    }
  }
  return parsed;
}

bool mqtt_url_is_loopback(std::string_view url) {
  const auto parsed = parse_mqtt_url(url);
  return parsed && net::is_loopback_host(parsed->host);
}

}  // namespace airspool::uplink
