// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "byte_stream.h"
#include "lookup.h"

namespace airspool::uplink {

// Begins a connection to an address. It is there when establish() says so.
Result<std::unique_ptr<ByteStream>> connect_tcp(const Endpoint& endpoint);

// What every layer says when the peer is gone.
inline tl::unexpected<Error> closed_by_peer() {
  return fail(ErrorCode::kUnavailable, "the other side closed the connection");
}

}  // namespace airspool::uplink
