// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <airspool/net/lookup.h>

namespace airspool::net {

struct Lookup::Shared {
  std::mutex mutex;
  std::optional<Result<std::vector<Endpoint>>> result;
};

namespace {

Result<std::vector<Endpoint>> resolve(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (status != 0) {
    return fail(ErrorCode::kUnavailable, "cannot find the address of " + host + " (" + gai_strerror(status) +
                                             "): check the name, and that the network and DNS work");
  }
  std::vector<Endpoint> endpoints;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    Endpoint endpoint;
    std::memcpy(&endpoint.address, one->ai_addr, one->ai_addrlen);
    endpoint.length = one->ai_addrlen;
    endpoints.push_back(endpoint);
  }
  freeaddrinfo(list);
  return endpoints;
}

}  // namespace

Lookup Lookup::start(const std::string& host, std::uint16_t port) {
  auto shared = std::make_shared<Shared>();
  if (is_numeric_host(host)) {
    shared->result = resolve(host, port, AI_NUMERICHOST);
    return Lookup(std::move(shared));
  }
  try {
    // Detached: the resolver cannot be interrupted. All that it touches is in `shared`.
    std::thread([shared, host, port] {
      auto result = resolve(host, port, AI_ADDRCONFIG);
      // A box that has only its loopback interface still reaches a broker on itself.
      if (!result) result = resolve(host, port, 0);
      const std::lock_guard lock(shared->mutex);
      shared->result = std::move(result);
    }).detach();
  } catch (const std::system_error& error) {
    shared->result = fail(ErrorCode::kUnavailable, std::string("no thread to look up ") + host + ": " + error.what());
  }
  return Lookup(std::move(shared));
}

std::optional<Result<std::vector<Endpoint>>> Lookup::result() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->result;
}

std::optional<HostPort> split_host_port(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return std::nullopt;
  HostPort parts{text.substr(0, colon), 0};
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, parts.port);
  if (error != std::errc{} || stop != end) return std::nullopt;
  if (parts.host.front() == '[' && parts.host.back() == ']') parts.host = parts.host.substr(1, parts.host.size() - 2);
  return parts;
}

bool is_numeric_host(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

bool is_loopback_host(const std::string& host) {
  if (host == "localhost" || host == "::1") return true;
  in_addr v4{};
  return inet_pton(AF_INET, host.c_str(), &v4) == 1 && (ntohl(v4.s_addr) >> 24U) == 127;
}

}  // namespace airspool::net
