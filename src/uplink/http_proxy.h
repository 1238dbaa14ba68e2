// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/net/byte_stream.h>

#include "mqtt_url.h"

namespace airspool::uplink {

struct HttpProxy {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
  std::string credentials;  // "user:password"; empty = none
};

// http://[user:password@]host[:port], port 3128 when there is none. kConfig: says what is wrong with it, without its
// password.
Result<HttpProxy> parse_http_proxy(std::string_view url);

// The proxy on the way to a broker. `key`: what the configuration says: a proxy's URL, "none", or empty: then for
// WebSocket https_proxy (wss) or http_proxy (ws) of the environment, unless no_proxy names the host; mqtt:// and
// mqtts:// go straight, because most proxies that a machine has in its environment let nothing but the web through.
// Never a proxy to this machine.
Result<std::optional<HttpProxy>> proxy_for(const MqttUrl& url, const std::string& key);

// A tunnel through the proxy at the other end of `below` to a host (CONNECT: RFC 9110, 9.3.6).
std::unique_ptr<net::ByteStream> wrap_http_tunnel(std::unique_ptr<net::ByteStream> below, const HttpProxy& proxy,
                                                  const std::string& host, std::uint16_t port);

}  // namespace airspool::uplink
