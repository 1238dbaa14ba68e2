// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "fakes/loopback.h"

namespace airspool::test {

// rtl_tcp with a dongle that hears a recording over and over, at the pace of its rate; one client at a time. One thread
// of its own; all calls from any thread.
class RtlTcpServer {
 public:
  // `samples`: cu8.
  RtlTcpServer(std::string samples, std::size_t sample_rate_hz, std::uint16_t port = 0)
      : samples_(std::move(samples)), bytes_per_s_(2 * sample_rate_hz), listener_(port), thread_([this] { serve(); }) {}
  ~RtlTcpServer() {
    stop_ = true;
    thread_.join();
  }
  RtlTcpServer(const RtlTcpServer&) = delete;
  RtlTcpServer& operator=(const RtlTcpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const { return listener_.port(); }
  [[nodiscard]] int clients() const { return clients_; }
  // All that clients asked for, as it came.
  [[nodiscard]] std::string commands() const {
    const std::lock_guard lock(mutex_);
    return commands_;
  }
  // Ends the connection there is.
  void cut() { cut_ = true; }

 private:
  void serve() {
    using namespace std::string_view_literals;
    while (!stop_) {
      const LoopbackPeer client = listener_.accept(20);
      if (!client.connected()) continue;
      ++clients_;
      cut_ = false;
      client.send("RTL0\0\0\0\x05\0\0\0\x1D"sv);
      play(client);
    }
  }
  void play(const LoopbackPeer& client) {
    constexpr std::size_t kPiece = 65'536;
    const auto begin = std::chrono::steady_clock::now();
    std::size_t sent = 0;
    while (!stop_ && !cut_) {
      if (client.has_something()) {
        const std::string asked = client.receive();
        if (asked.empty()) return;
        const std::lock_guard lock(mutex_);
        commands_ += asked;
      }
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
      if (static_cast<double>(sent) > passed.count() * static_cast<double>(bytes_per_s_)) {
        ::poll(nullptr, 0, 5);
        continue;
      }
      const std::size_t at = sent % samples_.size();
      const std::size_t piece = std::min(kPiece, samples_.size() - at);
      if (!client.send(std::string_view(samples_).substr(at, piece))) return;
      sent += piece;
    }
  }

  const std::string samples_;
  const std::size_t bytes_per_s_;
  const LoopbackListener listener_;
  std::atomic<int> clients_{0};
  std::atomic<bool> cut_{false};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::string commands_;
  std::thread thread_;
};

}  // namespace airspool::test
