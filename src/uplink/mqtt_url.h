// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::uplink {

struct MqttUrl {
  bool tls = false;
  bool websocket = false;
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string path;  // of WebSocket; begins with '/'
};

// mqtt://host[:port], mqtts://host[:port], ws://host[:port][/path] or wss://host[:port][/path]; the path is /mqtt where
// none is given. kConfig: says what is wrong with it.
Result<MqttUrl> parse_mqtt_url(std::string_view url);

}  // namespace airspool::uplink
