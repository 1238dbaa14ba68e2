// SPDX-License-Identifier: Apache-2.0
#include "fakes/http_test_server.h"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace airspool::test {
namespace {

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::size_t content_length(std::string_view head) {
  const auto at = head.find("Content-Length: ");
  return at == head.npos ? 0 : std::strtoul(std::string(head.substr(at + 16, 20)).c_str(), nullptr, 10);
}

// Least significant bit first (RFC 1951 3.1.1).
class BitWriter {
 public:
  void put(unsigned value, int bits) {
    for (int i = 0; i < bits; ++i) put_bit((value >> static_cast<unsigned>(i)) & 1U);
  }
  // Huffman codes go the other way round.
  void put_code(unsigned code, int bits) {
    for (int i = bits - 1; i >= 0; --i) put_bit((code >> static_cast<unsigned>(i)) & 1U);
  }
  std::string take() {
    while (used_ != 0) put_bit(0);
    return std::move(out_);
  }

 private:
  void put_bit(unsigned bit) {
    byte_ |= bit << static_cast<unsigned>(used_);
    if (++used_ < 8) return;
    out_ += static_cast<char>(byte_);
    byte_ = 0;
    used_ = 0;
  }
  std::string out_;
  unsigned byte_ = 0;
  int used_ = 0;
};

std::string little_endian(std::uint32_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8U * static_cast<unsigned>(i)));
  return out;
}

std::uint32_t crc32(std::string_view text) {
  static const auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      std::uint32_t crc = byte;
      for (int i = 0; i < 8; ++i) crc = (crc >> 1U) ^ (0xEDB88320U & (0U - (crc & 1U)));
      table[byte] = crc;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const char c : text) crc = (crc >> 8U) ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
  return ~crc;
}

const std::string kGzipHead("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);

}  // namespace

HttpReply HttpReply::with_status(int status, std::string_view body, std::string_view more_headers) {
  HttpReply reply;
  reply.bytes =
      "HTTP/1.1 " + std::to_string(status) + " Test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  reply.bytes += more_headers;
  reply.bytes += "\r\n";
  reply.bytes += body;
  return reply;
}

HttpReply HttpReply::ok(std::string_view body, std::string_view more_headers) {
  return with_status(200, body, more_headers);
}

HttpTestServer::HttpTestServer(Handler handler, std::uint16_t port) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  const int yes = 1;
  ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
  socklen_t size = sizeof(address);
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 8) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0 || ::pipe(wake_) != 0) {
    throw std::runtime_error("no port on 127.0.0.1 for the test's HTTP server");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpTestServer::~HttpTestServer() {
  [[maybe_unused]] const ssize_t written = ::write(wake_[1], "x", 1);
  thread_.join();
  ::close(listener_);
  ::close(wake_[0]);
  ::close(wake_[1]);
}

std::string HttpTestServer::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

void HttpTestServer::reply(HttpReply reply) {
  const std::lock_guard lock(mutex_);
  script_.push_back(std::move(reply));
}

std::vector<std::string> HttpTestServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t HttpTestServer::connections() const {
  const std::lock_guard lock(mutex_);
  return connections_;
}

void HttpTestServer::wait_for_requests(std::size_t count) const {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [&] { return requests_.size() >= count; });
}

std::string HttpTestServer::unfinished() const {
  const std::lock_guard lock(mutex_);
  return unfinished_;
}

void HttpTestServer::wait_for_bytes(std::size_t unfinished) const {
  std::unique_lock lock(mutex_);
  came_.wait(lock, [&] { return unfinished_.size() >= unfinished; });
}

void HttpTestServer::serve() {
  while (wait_for(listener_, POLLIN, -1)) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) continue;
    const auto visit = [this, fd] {
      serve_connection(fd);
      ::close(fd);
    };
    if (handler_) {
      visitors_.emplace_back(visit);
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      ++connections_;
    }
    visit();
  }
  for (std::thread& visitor : visitors_) visitor.join();
}

HttpReply HttpTestServer::next_reply(const std::string& request) {
  if (handler_) return handler_(request);
  HttpReply reply;
  reply.then = HttpReply::Then::kClose;
  {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    unfinished_.clear();
    if (!script_.empty()) {
      reply = std::move(script_.front());
      script_.pop_front();
    }
  }
  came_.notify_all();
  return reply;
}

void HttpTestServer::serve_connection(int fd) {
  std::string buffer;
  std::string request;
  while (read_request(fd, buffer, request)) {
    const HttpReply reply = next_reply(request);
    if (!deliver(fd, reply) || reply.then == HttpReply::Then::kClose) return;
    if (reply.then == HttpReply::Then::kHang) {
      static_cast<void>(wait_for(fd, POLLIN, -1));
      return;
    }
  }
}

bool HttpTestServer::deliver(int fd, const HttpReply& reply) const {
  if (reply.piece_bytes == 0) return send_all(fd, reply.bytes);
  for (std::size_t at = 0; at < reply.bytes.size(); at += reply.piece_bytes) {
    if (!send_all(fd, std::string_view(reply.bytes).substr(at, reply.piece_bytes))) return false;
    if (!wait_for(-1, 0, static_cast<int>(reply.pause.count()))) return false;
  }
  return true;
}

bool HttpTestServer::wait_for(int fd, short events, int timeout_ms) const {
  std::array<pollfd, 2> fds{{{fd, events, 0}, {wake_[0], POLLIN, 0}}};
  return ::poll(fds.data(), fds.size(), timeout_ms) >= 0 && fds[1].revents == 0;
}

bool HttpTestServer::read_request(int fd, std::string& buffer, std::string& request) {
  while (true) {
    const auto end = buffer.find("\r\n\r\n");
    if (end != buffer.npos) {
      const std::size_t whole = end + 4 + content_length(std::string_view(buffer).substr(0, end + 2));
      if (buffer.size() >= whole) {
        request = buffer.substr(0, whole);
        buffer.erase(0, whole);
        return true;
      }
    }
    if (!wait_for(fd, POLLIN, -1)) return false;
    std::array<char, 4096> piece;
    const ssize_t count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count <= 0) return false;
    buffer.append(piece.data(), static_cast<std::size_t>(count));
    if (handler_) continue;
    {
      const std::lock_guard lock(mutex_);
      if (!requests_.empty()) unfinished_ = buffer;
    }
    came_.notify_all();
  }
}

std::string gzip_stored(std::string_view text) {
  constexpr std::size_t kBlock = 65'535;  // (RFC 1951 3.2.4)
  std::string out = kGzipHead;
  std::size_t at = 0;
  do {
    const std::string_view block = text.substr(at, kBlock);
    at += block.size();
    const auto size = static_cast<std::uint32_t>(block.size());
    out += at == text.size() ? '\x01' : '\0';
    out += little_endian(size, 2) + little_endian(~size, 2);
    out += block;
  } while (at < text.size());
  return out + little_endian(crc32(text), 4) + little_endian(static_cast<std::uint32_t>(text.size()), 4);
}

std::string gzip_bomb(char letter, std::size_t runs) {
  BitWriter bits;
  bits.put(1, 1);                                                // the last block
  bits.put(1, 2);                                                // fixed Huffman codes (RFC 1951 3.2.6)
  bits.put_code(0x30U + static_cast<unsigned char>(letter), 8);  // a literal below 144
  for (std::size_t run = 0; run < runs; ++run) {
    bits.put_code(0b11000101, 8);  // length 258
    bits.put_code(0, 5);           // distance 1
  }
  bits.put_code(0, 7);  // end of block
  const std::string unpacked(1 + 258 * runs, letter);
  return kGzipHead + bits.take() + little_endian(crc32(unpacked), 4) +
         little_endian(static_cast<std::uint32_t>(unpacked.size()), 4);
}

}  // namespace airspool::test
