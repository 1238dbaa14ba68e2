// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>

namespace airspool::net {

// For people: what a TLS peer showed, already checked.
struct PeerCertificate {
  std::string protocol;  // "TLSv1.3"
  std::string subject;   // "CN = broker.example"
  std::string issuer;
  WallTime expires;
};

// Bytes to and from one peer: TCP, or a layer over another stream (a proxy's tunnel, TLS, WebSocket), so that they
// compose in any order. No call blocks. An error is final: destroy the stream. One thread owns it; a layer owns what is
// below it.
class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  // True once bytes may flow through this layer and all below it. Errors: kConfig and kPermissionDenied for what
  // somebody must mend, kUnavailable for the rest.
  virtual Result<bool> establish() = 0;
  // How many bytes were taken; 0 = not now. Called with nothing, it sends what the layers still hold.
  virtual Result<std::size_t> write(std::string_view bytes) = 0;
  // How many bytes came; 0 = none now. The end of the stream is an error.
  virtual Result<std::size_t> read(std::span<char> into) = 0;

  // Who the peer says it is, once established over TLS; nothing over plain TCP.
  [[nodiscard]] virtual std::optional<PeerCertificate> peer_certificate() const { return std::nullopt; }

  [[nodiscard]] virtual int fd() const = 0;
  // Whether to wait for the socket to become writable, too.
  [[nodiscard]] virtual bool wants_write() const = 0;
};

}  // namespace airspool::net
