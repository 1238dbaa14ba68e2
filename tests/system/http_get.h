// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "contract/mosquitto.h"

namespace airspool::whole {

// The body of an answer with status 200; empty otherwise.
inline std::string http_get(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const timeval patience{2, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const sockaddr_in address = contract::loopback(port);
  std::string answer;
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
    std::array<char, 16'384> chunk{};
    for (ssize_t got = 0; (got = ::recv(fd, chunk.data(), chunk.size(), 0)) > 0;) {
      answer.append(chunk.data(), static_cast<std::size_t>(got));
    }
  }
  ::close(fd);
  const auto body = answer.find("\r\n\r\n");
  if (body == std::string::npos || answer.find(" 200 ") > answer.find('\r')) return {};
  return answer.substr(body + 4);
}

}  // namespace airspool::whole
