// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/socket.h>

#include <airspool/core/result.h>

namespace airspool::net {

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
};

// The addresses behind a host name. The resolver of the C library blocks for as long as the name servers are silent, so
// it runs on a thread of its own; whoever lost interest just destroys the Lookup. One thread owns it.
class Lookup {
 public:
  static Lookup start(const std::string& host, std::uint16_t port);

  // Nothing while it is under way; then at least one endpoint, or in words why there is none (kUnavailable).
  [[nodiscard]] std::optional<Result<std::vector<Endpoint>>> result() const;

 private:
  struct Shared;
  explicit Lookup(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<Shared> shared_;
};

struct HostPort {
  std::string host;  // without the brackets of an IPv6 address
  std::uint16_t port = 0;
};
// "host:port" or "[address]:port"; nothing when it is neither.
std::optional<HostPort> split_host_port(const std::string& text);

// True for addresses in 127.0.0.0/8, for ::1 and for "localhost".
bool is_loopback_host(const std::string& host);
// True when `host` is an IPv4 or IPv6 address and no name.
bool is_numeric_host(const std::string& host);

}  // namespace airspool::net
