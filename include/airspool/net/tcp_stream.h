// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <airspool/net/byte_stream.h>
#include <airspool/net/lookup.h>

namespace airspool::net {

// Begins a connection to an address. It is there when establish() says so.
Result<std::unique_ptr<ByteStream>> connect_tcp(const Endpoint& endpoint);

// One that was accepted, non-blocking: takes the descriptor over.
std::unique_ptr<ByteStream> adopt_tcp(int fd);

// Lets the kernel ask a silent peer whether it is still there: one that vanished ends the stream within a minute.
void keep_alive(const ByteStream& stream);

// What every layer says when the peer is gone.
inline tl::unexpected<Error> closed_by_peer() {
  return fail(ErrorCode::kUnavailable, "the other side closed the connection");
}

}  // namespace airspool::net
