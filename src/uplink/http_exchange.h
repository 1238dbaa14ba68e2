// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <airspool/net/byte_stream.h>

namespace airspool::uplink {

// One HTTP/1.1 request without a body and the head of its answer (RFC 9112), over a stream that then carries something
// else: a tunnel, or WebSocket. Never blocks. One thread.
class HttpExchange {
 public:
  // `request`: all of it, with its empty line.
  explicit HttpExchange(std::string request) : request_(std::move(request)) {}

  // True once the head of the answer is there. kUnavailable: what answers is no HTTP/1 server, or its head is endless.
  Result<bool> advance(net::ByteStream& stream);

  [[nodiscard]] int status() const { return status_; }
  [[nodiscard]] const std::string& reason() const { return reason_; }
  // The value of the first field of this name (in lower case); empty when there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
  // What came behind the head, once.
  std::string take_rest() { return std::exchange(answer_, {}); }
  [[nodiscard]] bool wants_write() const { return !request_.empty(); }

 private:
  Result<bool> read_head(std::size_t end);

  std::string request_;  // what is still to be sent
  std::string answer_;
  int status_ = 0;
  std::string reason_;
  std::vector<std::pair<std::string, std::string>> fields_;
};

std::string base64(std::string_view bytes);  // RFC 4648, 4: with padding

}  // namespace airspool::uplink
