// SPDX-License-Identifier: Apache-2.0
#include "fakes/tcp_proxy.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace airspool::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void limit_sends(int fd);

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const int one = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    limit_sends(fd);
    return fd;
  }
  ::close(fd);
  return -1;
}

// A peer that takes nothing must not hold the proxy for ever.
void limit_sends(int fd) {
  const timeval patience{5, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

// As a peer that vanished: a reset, no goodbye.
void reset(int fd) {
  if (fd < 0) return;
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd);
}

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t sent = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

struct TcpProxy::Pair {
  int client = -1;
  int target = -1;      // -1: the tunnel is not open yet
  std::string request;  // until it is
};

TcpProxy::TcpProxy(std::uint16_t target, Kind kind, std::uint16_t port) : kind_(kind), target_(target) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  sockaddr_in address = loopback(port);
  socklen_t length = sizeof address;
  ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TcpProxy::~TcpProxy() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

void TcpProxy::require(std::string header) {
  const std::lock_guard lock(mutex_);
  required_ = std::move(header);
}

std::vector<std::string> TcpProxy::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

void TcpProxy::serve() {
  while (!stop_) {
    std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
    const bool stalled = up_ >= stall_at_;
    for (const Pair& pair : pairs_) {
      // While stalled nothing is taken, so that the client's socket fills up as behind a dead line.
      const short events = stalled ? 0 : POLLIN;
      waiting.push_back({pair.client, events, 0});
      waiting.push_back({pair.target, events, 0});
    }
    ::poll(waiting.data(), waiting.size(), 5);
    const std::size_t known = pairs_.size();
    const bool cut = cut_now_.exchange(false);
    std::vector<Pair> kept;
    for (std::size_t i = 0; i < known; ++i) {
      Pair& pair = pairs_[i];
      bool alive = !cut;
      if (alive && waiting[1 + 2 * i].revents != 0 && !stalled) {
        alive = pair.target < 0 ? open_tunnel(pair) : forward(pair, true);
      }
      if (alive && pair.target >= 0 && waiting[2 + 2 * i].revents != 0 && !stalled) alive = forward(pair, false);
      if (alive) {
        kept.push_back(std::move(pair));
      } else {
        reset(pair.client);
        reset(pair.target);
      }
    }
    pairs_ = std::move(kept);
    if ((waiting[0].revents & POLLIN) != 0) take_client();
  }
  for (const Pair& pair : pairs_) {
    reset(pair.client);
    reset(pair.target);
  }
}

void TcpProxy::take_client() {
  Pair pair;
  pair.client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (pair.client < 0) return;
  const int one = 1;
  ::setsockopt(pair.client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  limit_sends(pair.client);
  if (!refusing_ && kind_ == Kind::kForward) pair.target = connect_to(target_);
  if (refusing_ || (kind_ == Kind::kForward && pair.target < 0)) {
    reset(pair.client);
    return;
  }
  ++connections_;
  pairs_.push_back(std::move(pair));
}

bool TcpProxy::open_tunnel(Pair& pair) {
  char buffer[4096];
  const ssize_t came = ::recv(pair.client, buffer, sizeof buffer, 0);
  if (came <= 0) return false;
  pair.request.append(buffer, static_cast<std::size_t>(came));
  const auto end = pair.request.find("\r\n\r\n");
  if (end == std::string::npos) return true;
  const std::string line = pair.request.substr(0, pair.request.find("\r\n"));
  std::string required;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(line);
    required = required_;
  }
  std::string answer;
  if (!required.empty() && pair.request.find("\r\n" + required + "\r\n") == std::string::npos) {
    answer = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
  } else if (line.rfind("CONNECT ", 0) == 0) {
    const int port = std::atoi(line.c_str() + line.rfind(':', line.rfind(' ')) + 1);
    pair.target = connect_to(target_ != 0 ? target_ : static_cast<std::uint16_t>(port));
    answer = pair.target < 0 ? "HTTP/1.1 502 Bad Gateway\r\n\r\n" : "HTTP/1.1 200 Connection established\r\n\r\n";
  } else {
    answer = "HTTP/1.1 405 Method Not Allowed\r\n\r\n";
  }
  if (!send_all(pair.client, answer.data(), answer.size())) return false;
  return true;  // a refused client goes by itself
}

bool TcpProxy::forward(Pair& pair, bool up) {
  char buffer[16384];
  std::size_t room = sizeof buffer;
  std::atomic<std::uint64_t>& count = up ? up_ : down_;
  if (up) {
    if (up_ >= cut_at_) {
      cut_at_ = kNever;
      return false;
    }
    room = static_cast<std::size_t>(std::min<std::uint64_t>({room, cut_at_ - up_, stall_at_ - up_}));
  }
  const ssize_t came = ::recv(up ? pair.client : pair.target, buffer, room, 0);
  if (came <= 0) return false;
  count += static_cast<std::uint64_t>(came);
  return send_all(up ? pair.target : pair.client, buffer, static_cast<std::size_t>(came));
}

}  // namespace airspool::test
