// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <airspool/net/lookup.h>
#include <airspool/net/tcp_listener.h>
#include <airspool/net/tcp_stream.h>

namespace airspool::net {
namespace {

constexpr int kBacklog = 16;

Result<Endpoint> address_of(const std::string& listen) {
  const auto parts = split_host_port(listen);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string host = parts && parts->host == "localhost" ? "127.0.0.1" : parts ? parts->host : "";
  if (!parts || ::getaddrinfo(host.c_str(), std::to_string(parts->port).c_str(), &hints, &found) != 0) {
    return fail(ErrorCode::kConfig,
                listen + " is not an address:port to listen on, like 127.0.0.1:30005 or 0.0.0.0:30005");
  }
  Endpoint endpoint;
  std::memcpy(&endpoint.address, found->ai_addr, found->ai_addrlen);
  endpoint.length = found->ai_addrlen;
  ::freeaddrinfo(found);
  return endpoint;
}

tl::unexpected<Error> listen_error(const std::string& listen, int number) {
  switch (number) {
    case EADDRINUSE:
      return fail(ErrorCode::kUnavailable,
                  listen +
                      " is in use by another program (readsb, dump1090, a second airspool?): choose another port, "
                      "or stop the other ('ss -ltnp' names it)");
    case EADDRNOTAVAIL:
      return fail(ErrorCode::kUnavailable,
                  listen + ": the address is not this machine's: 'ip addr' lists those that are");
    case EACCES:
      return fail(ErrorCode::kPermissionDenied, listen + ": ports below 1024 are root's: choose a higher one");
    default:
      return fail(ErrorCode::kUnavailable, listen + ": " + std::strerror(number));
  }
}

}  // namespace

Result<TcpListener> TcpListener::open(const std::string& listen) {
  const auto endpoint = address_of(listen);
  if (!endpoint) return tl::unexpected(endpoint.error());
  TcpListener listener(::socket(endpoint->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
  if (listener.fd_ < 0) return listen_error(listen, errno);
  const int one = 1;
  ::setsockopt(listener.fd_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (::bind(listener.fd_, reinterpret_cast<const sockaddr*>(&endpoint->address), endpoint->length) != 0 ||
      ::listen(listener.fd_, kBacklog) != 0) {
    return listen_error(listen, errno);
  }
  return listener;
}

TcpListener::TcpListener(TcpListener&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

TcpListener& TcpListener::operator=(TcpListener&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

TcpListener::~TcpListener() {
  if (fd_ >= 0) ::close(fd_);
}

std::unique_ptr<ByteStream> TcpListener::accept() {
  const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  return fd < 0 ? nullptr : adopt_tcp(fd);
}

std::uint16_t TcpListener::port() const {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port
                                             : reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace airspool::net
