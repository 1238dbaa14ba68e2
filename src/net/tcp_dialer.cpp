// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/net/tcp_dialer.h>
#include <airspool/net/tcp_stream.h>

namespace airspool::net {

TcpDialer::TcpDialer(std::string host, std::uint16_t port) : host_(std::move(host)), port_(port) {}

std::unique_ptr<ByteStream> TcpDialer::step(BootTime now) {
  if (!lookup_) {
    if (due_ && now < *due_) return nullptr;
    lookup_ = Lookup::start(host_, port_);
    endpoints_.clear();
    next_endpoint_ = 0;
  }
  if (endpoints_.empty()) {
    auto found = lookup_->result();
    if (!found) return nullptr;
    if (!*found) {
      fail_with(std::move(found->error()), now);
      return nullptr;
    }
    endpoints_ = std::move(**found);
  }
  while (true) {
    if (!stream_) {
      auto begun = connect_tcp(endpoints_[next_endpoint_++]);
      if (begun) {
        stream_ = std::move(*begun);
        give_up_ = now + kPatience;
      } else if (next_endpoint_ == endpoints_.size()) {
        fail_with(std::move(begun.error()), now);
        return nullptr;
      } else {
        continue;
      }
    }
    Result<bool> there = stream_->establish();
    if (there && *there) {
      lookup_.reset();
      return std::move(stream_);
    }
    if (there && now < give_up_) return nullptr;
    Error error = there ? Error{ErrorCode::kUnavailable, "no answer: is the machine on, and does a firewall let us in?"}
                        : std::move(there.error());
    stream_.reset();
    if (next_endpoint_ == endpoints_.size()) {
      fail_with(std::move(error), now);
      return nullptr;
    }
  }
}

std::optional<Error> TcpDialer::take_failure() { return std::exchange(failure_, std::nullopt); }

void TcpDialer::lost(BootTime now) {
  stream_.reset();
  lookup_.reset();
  due_ = now + wait_;
  wait_ = std::min(2 * wait_, kLongestWait);
}

void TcpDialer::fail_with(Error error, BootTime now) {
  failure_ = std::move(error);
  lost(now);
}

}  // namespace airspool::net
