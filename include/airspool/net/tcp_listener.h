// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <airspool/core/result.h>
#include <airspool/net/byte_stream.h>

namespace airspool::net {

// A TCP port that others connect to. No call blocks. One thread owns it.
class TcpListener {
 public:
  // "address:port", "[address]:port" for IPv6, "localhost:port"; port 0: any that is free. kConfig: no such thing;
  // kUnavailable: another program has the port, or the address is not this machine's now; kPermissionDenied.
  static Result<TcpListener> open(const std::string& listen);
  TcpListener(TcpListener&& other) noexcept;
  TcpListener& operator=(TcpListener&& other) noexcept;
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;
  ~TcpListener();

  // Somebody who connected, established; null when there is nobody.
  std::unique_ptr<ByteStream> accept();
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] std::uint16_t port() const;

 private:
  explicit TcpListener(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace airspool::net
