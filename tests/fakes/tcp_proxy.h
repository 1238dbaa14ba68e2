// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace airspool::test {

// A TCP proxy on a port of the loopback interface, in front of another port of it. Forwards, counts what crosses
// in each direction (TCP payload: what a mobile contract would bill but for the headers), and cuts or stalls when it is
// told to. With Kind::kHttpConnect it is an HTTP proxy: clients first ask for a tunnel, and whatever host they name is
// this machine. One thread of its own; all calls from any thread.
class TcpProxy {
 public:
  enum class Kind : std::uint8_t { kForward, kHttpConnect };

  // `target`: where to forward to; for kHttpConnect 0 takes the port that clients ask for. `port`: where to listen; 0 =
  // on a free one.
  explicit TcpProxy(std::uint16_t target, Kind kind = Kind::kForward, std::uint16_t port = 0);
  ~TcpProxy();
  TcpProxy(const TcpProxy&) = delete;
  TcpProxy& operator=(const TcpProxy&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::uint64_t bytes_up() const { return up_; }      // from clients to the target
  [[nodiscard]] std::uint64_t bytes_down() const { return down_; }  // back
  [[nodiscard]] std::uint64_t connections() const { return connections_; }

  // The next byte beyond `more` from now on that goes up ends its connection, as a pulled cable would: once.
  void cut_after(std::uint64_t more) { cut_at_ = up_ + more; }
  // From the byte beyond `more` on nothing crosses any more, in both directions, until go_on().
  void stall_after(std::uint64_t more) { stall_at_ = up_ + more; }
  void go_on() { stall_at_ = kNever; }
  // Ends every connection there is; new ones are taken.
  void cut() { cut_now_ = true; }
  // While refusing, new connections are closed at once.
  void refuse(bool refusing) { refusing_ = refusing; }
  // kHttpConnect: without this header line ("Proxy-Authorization: Basic ...") a tunnel is refused with 407.
  void require(std::string header);
  // kHttpConnect: the first lines of what was asked for: "CONNECT host:port HTTP/1.1".
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  struct Pair;

  void serve();
  void take_client();
  bool open_tunnel(Pair& pair);
  bool forward(Pair& pair, bool up);

  Kind kind_;
  std::uint16_t target_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<std::uint64_t> up_{0};
  std::atomic<std::uint64_t> down_{0};
  std::atomic<std::uint64_t> connections_{0};
  std::atomic<std::uint64_t> cut_at_{kNever};
  std::atomic<std::uint64_t> stall_at_{kNever};
  std::atomic<bool> cut_now_{false};
  std::atomic<bool> refusing_{false};
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::string required_;
  std::vector<std::string> requests_;
  std::vector<Pair> pairs_;  // of the thread
  std::thread thread_;
};

}  // namespace airspool::test
