// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <airspool/net/byte_stream.h>

namespace airspool::uplink {

// MQTT over WebSocket (MQTT 5.0, section 6: binary frames whose edges mean nothing, subprotocol "mqtt"; RFC 6455) over
// `below`. `authority`: host, and port where it is not the usual one; `path` begins with '/'.
std::unique_ptr<net::ByteStream> wrap_websocket(std::unique_ptr<net::ByteStream> below, const std::string& authority,
                                                const std::string& path);

}  // namespace airspool::uplink
