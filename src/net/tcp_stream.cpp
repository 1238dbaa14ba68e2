// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstring>
#include <string>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <airspool/net/tcp_stream.h>

namespace airspool::net {
namespace {

tl::unexpected<Error> socket_error(int number) {
  switch (number) {
    case ECONNREFUSED:
      return fail(ErrorCode::kUnavailable, "connection refused: is anything running there, and is the port right?");
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
      return fail(ErrorCode::kUnavailable, std::string(std::strerror(number)) + ": is the network up?");
    case ECONNRESET:
    case EPIPE:
      return closed_by_peer();
    default:
      return fail(ErrorCode::kUnavailable, std::strerror(number));
  }
}

class TcpStream final : public ByteStream {
 public:
  explicit TcpStream(int fd, bool connected = false) : fd_(fd), connected_(connected) {}
  ~TcpStream() override { ::close(fd_); }

  Result<bool> establish() override {
    if (connected_) return true;
    pollfd waiting{fd_, POLLOUT, 0};
    if (::poll(&waiting, 1, 0) <= 0) return false;
    int error = 0;
    socklen_t length = sizeof error;
    ::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &length);
    if (error != 0) return socket_error(error);
    connected_ = true;
    return true;
  }
  Result<std::size_t> write(std::string_view bytes) override {
    if (bytes.empty()) return 0;
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) return static_cast<std::size_t>(sent);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return socket_error(errno);
  }
  Result<std::size_t> read(std::span<char> into) override {
    const ssize_t came = ::recv(fd_, into.data(), into.size(), 0);
    if (came > 0) return static_cast<std::size_t>(came);
    if (came == 0) return closed_by_peer();
    if (errno == EAGAIN || errno == EINTR) return 0;
    return socket_error(errno);
  }
  [[nodiscard]] int fd() const override { return fd_; }
  [[nodiscard]] bool wants_write() const override { return !connected_; }

 private:
  int fd_;
  bool connected_;
};

}  // namespace

Result<std::unique_ptr<ByteStream>> connect_tcp(const Endpoint& endpoint) {
  const int fd = ::socket(endpoint.address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return socket_error(errno);
  // A batch is written in one go; waiting for more would only delay its last segment.
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  std::unique_ptr<ByteStream> stream = std::make_unique<TcpStream>(fd);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&endpoint.address), endpoint.length) != 0 &&
      errno != EINPROGRESS) {
    return socket_error(errno);
  }
  return stream;
}

std::unique_ptr<ByteStream> adopt_tcp(int fd) {
  const int one = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return std::make_unique<TcpStream>(fd, true);
}

void keep_alive(const ByteStream& stream) {
  const int one = 1;
  const int idle_s = 30;
  const int every_s = 10;
  const int probes = 3;
  ::setsockopt(stream.fd(), SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
  ::setsockopt(stream.fd(), IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
  ::setsockopt(stream.fd(), IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
  ::setsockopt(stream.fd(), IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

}  // namespace airspool::net
