// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/net/byte_stream.h>
#include <airspool/net/lookup.h>

namespace airspool::net {

// Reaches one peer, as often as it takes: looks its name up, tries its addresses in turn, and waits after each failure,
// first half a second, then twice as long each time up to half a minute. No call blocks. One thread owns it.
class TcpDialer {
 public:
  static constexpr Nanoseconds kFirstWait = std::chrono::milliseconds(500);
  static constexpr Nanoseconds kLongestWait = std::chrono::seconds(30);
  // For one address to answer.
  static constexpr Nanoseconds kPatience = std::chrono::seconds(5);

  TcpDialer(std::string host, std::uint16_t port);

  // One step of the attempt that is under way or due. The connection, once it is there; else null.
  std::unique_ptr<ByteStream> step(BootTime now);
  // Why the attempt that this step ended has failed, once.
  std::optional<Error> take_failure();

  // The connection that step() gave is gone: the next attempt comes after the wait.
  void lost(BootTime now);
  // The peer is what it should be: the wait starts anew.
  void proved() { wait_ = kFirstWait; }

  // For poll(): the descriptor of the attempt under way, to be waited on for writing; -1 when there is none.
  [[nodiscard]] int fd() const { return stream_ ? stream_->fd() : -1; }

 private:
  void fail_with(Error error, BootTime now);

  const std::string host_;
  const std::uint16_t port_;
  Nanoseconds wait_ = kFirstWait;
  std::optional<BootTime> due_;  // nothing: at once
  std::optional<Lookup> lookup_;
  std::vector<Endpoint> endpoints_;  // of this attempt
  std::size_t next_endpoint_ = 0;
  std::unique_ptr<ByteStream> stream_;  // being established
  BootTime give_up_{};
  std::optional<Error> failure_;
};

}  // namespace airspool::net
