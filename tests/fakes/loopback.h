// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace airspool::test {

// The other end of a TCP connection on this machine. Reads and writes wait for two seconds at most.
class LoopbackPeer {
 public:
  LoopbackPeer() = default;
  explicit LoopbackPeer(int fd) : fd_(fd) {
    const timeval patience{2, 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  LoopbackPeer(LoopbackPeer&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  LoopbackPeer& operator=(LoopbackPeer&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~LoopbackPeer() { close(); }

  // `receive_bytes`: of the socket's buffer, 0 = as usual. Not connected where nobody listens.
  static LoopbackPeer connect(std::uint16_t port, int receive_bytes = 0) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_bytes > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return LoopbackPeer(fd);
    ::close(fd);
    return {};
  }

  [[nodiscard]] bool connected() const { return fd_ >= 0; }
  bool send(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // What has come by now, at least one byte; empty when the other side closed, or nothing came in time.
  [[nodiscard]] std::string receive() const {
    std::array<char, 65'536> buffer{};
    const ssize_t came = ::recv(fd_, buffer.data(), buffer.size(), 0);
    return came > 0 ? std::string(buffer.data(), static_cast<std::size_t>(came)) : std::string();
  }
  [[nodiscard]] bool has_something() const {
    pollfd waiting{fd_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) > 0;
  }
  void close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }

 private:
  int fd_ = -1;
};

// A port of this machine that the test itself answers.
class LoopbackListener {
 public:
  // 0: any that is free.
  explicit LoopbackListener(std::uint16_t port = 0) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int one = 1;
    ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t length = sizeof address;
    ::bind(fd_, reinterpret_cast<const sockaddr*>(&address), length);
    ::listen(fd_, 8);
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }
  LoopbackListener(const LoopbackListener&) = delete;
  LoopbackListener& operator=(const LoopbackListener&) = delete;
  ~LoopbackListener() { ::close(fd_); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  // Waits for somebody.
  [[nodiscard]] LoopbackPeer accept(int patience_ms = 2'000) const {
    pollfd waiting{fd_, POLLIN, 0};
    if (::poll(&waiting, 1, patience_ms) <= 0) return {};
    return LoopbackPeer(::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC));
  }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace airspool::test
