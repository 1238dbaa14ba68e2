// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace airspool::test {

// What the server sends for one request: the bytes as they are, then what happens to the connection.
struct HttpReply {
  enum class Then : std::uint8_t { kKeepOpen, kClose, kHang };
  std::string bytes;
  Then then = Then::kKeepOpen;
  // A slow line: that many bytes, a pause, and so on. 0: all at once.
  std::size_t piece_bytes = 0;
  std::chrono::milliseconds pause{0};

  // A well-formed answer.
  static HttpReply ok(std::string_view body, std::string_view more_headers = {});
  static HttpReply with_status(int status, std::string_view body, std::string_view more_headers = {});
};

// A real HTTP server on a free port of 127.0.0.1, on plain sockets and a thread of its own: one connection at a time,
// replies by script, in order. An exhausted script closes the connection without a word. `kHang` keeps silent until
// the client goes away or the server is destroyed.
//
// With a handler, replies are its answers instead, and each connection has a thread of its own: the handler is called
// from all of them. Requests are then neither kept nor counted.
class HttpTestServer {
 public:
  using Handler = std::function<HttpReply(const std::string& request)>;
  HttpTestServer() : HttpTestServer(nullptr) {}
  // `port` 0: any that is free. Throws std::runtime_error when it is taken.
  explicit HttpTestServer(Handler handler, std::uint16_t port = 0);
  HttpTestServer(const HttpTestServer&) = delete;
  HttpTestServer& operator=(const HttpTestServer&) = delete;
  ~HttpTestServer();

  [[nodiscard]] std::string url(std::string_view path = "/") const;
  void reply(HttpReply reply);

  // Everything asked so far: head and body of each request.
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] std::size_t connections() const;
  // Waits until that many requests have come in.
  void wait_for_requests(std::size_t count) const;
  // What came after the last request and is not a whole one yet: the inside of a tunnel, say.
  [[nodiscard]] std::string unfinished() const;
  void wait_for_bytes(std::size_t unfinished) const;

 private:
  void serve();
  void serve_connection(int fd);
  HttpReply next_reply(const std::string& request);
  bool deliver(int fd, const HttpReply& reply) const;
  // False: the server is going.
  [[nodiscard]] bool wait_for(int fd, short events, int timeout_ms) const;
  bool read_request(int fd, std::string& buffer, std::string& request);

  const Handler handler_;
  int listener_ = -1;
  int wake_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  mutable std::condition_variable came_;
  std::deque<HttpReply> script_;
  std::vector<std::string> requests_;
  std::string unfinished_;
  std::size_t connections_ = 0;
  std::vector<std::thread> visitors_;  // serve()'s own
  std::thread thread_;
};

// Bodies for `Content-Encoding: gzip` (RFC 1952), made without a compressor.
std::string gzip_stored(std::string_view text);        // not made smaller
std::string gzip_bomb(char letter, std::size_t runs);  // 1 + 258 * runs bytes, packed 158 times smaller

}  // namespace airspool::test
