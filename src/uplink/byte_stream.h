// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>

#include "lookup.h"

namespace airspool::uplink {

struct TlsFiles {
  std::string ca_file;    // PEM; empty = what the system trusts
  std::string cert_file;  // PEM with chain; empty = no client certificate
  std::string key_file;
};

// For people: what a TLS peer showed, already checked.
struct PeerCertificate {
  std::string protocol;  // "TLSv1.3"
  std::string subject;   // "CN = broker.example"
  std::string issuer;
  WallTime expires;
};

// Bytes to and from one peer over TCP, or TLS 1.2 or later over TCP. No call blocks. An error is final: destroy the
// stream. One thread owns it.
class ByteStream {
 public:
  // Begins to connect. `tls`: nullptr for plain TCP; the files are read now, so renewed ones count from the next
  // connection on. `host`: the name that the peer's certificate must bear.
  static Result<std::unique_ptr<ByteStream>> connect(const Endpoint& endpoint, const std::string& host,
                                                     const TlsFiles* tls);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // True once bytes may flow: connected, and the peer's certificate checked.
  Result<bool> establish();
  // How many bytes were taken; 0 = not now.
  Result<std::size_t> write(std::string_view bytes);
  // How many bytes came; 0 = none now. The end of the stream is an error.
  Result<std::size_t> read(std::span<char> into);

  // Who the peer says it is, once established over TLS; nothing over plain TCP.
  [[nodiscard]] std::optional<PeerCertificate> peer_certificate() const;

  [[nodiscard]] int fd() const { return fd_; }
  // Whether to wait for the socket to become writable, too.
  [[nodiscard]] bool wants_write() const { return !connected_ || !cipher_out_.empty(); }

 private:
  struct Tls;
  ByteStream(int fd, std::unique_ptr<Tls> tls);

  Result<bool> handshake();
  Result<bool> send_cipher();  // true when all is out
  Result<bool> take_cipher();  // true when something came

  int fd_;
  bool connected_ = false;
  bool secured_ = false;
  std::unique_ptr<Tls> tls_;
  std::string cipher_out_;
};

}  // namespace airspool::uplink
