// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <airspool/collector/control.h>
#include <airspool/core/log.h>

namespace airspool::collector {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kMaxRequestBytes = 4096;
constexpr std::size_t kMaxAnswerBytes = 16U << 20U;
constexpr milliseconds kClientPatience{1000};

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool valid() const { return fd_ >= 0; }

 private:
  int fd_;
};

std::optional<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) return std::nullopt;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

bool connected(const Descriptor& socket, const sockaddr_un& address) {
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

using Deadline = std::chrono::steady_clock::time_point;

Deadline after(milliseconds time) { return std::chrono::steady_clock::now() + time; }

bool wait_for(int fd, short events, milliseconds timeout) {
  pollfd entry{fd, events, 0};
  return ::poll(&entry, 1, static_cast<int>(timeout.count())) > 0;
}

bool wait_until(int fd, short events, Deadline deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
  return left.count() > 0 && wait_for(fd, events, left);
}

// Everything up to the first newline, or to the end of the stream. Nothing when it takes too long or is too much.
std::optional<std::string> read_line(int fd, std::size_t limit, Deadline deadline) {
  std::string line;
  std::array<char, 4096> chunk;
  while (line.size() <= limit) {
    if (!wait_until(fd, POLLIN, deadline)) return std::nullopt;
    const ssize_t got = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return line.empty() ? std::nullopt : std::optional(line);
    line.append(chunk.data(), static_cast<std::size_t>(got));
    if (const auto end = line.find('\n'); end != std::string::npos) {
      line.resize(end);
      return line;
    }
  }
  return std::nullopt;
}

bool write_all(int fd, std::string_view text, Deadline deadline) {
  while (!text.empty()) {
    if (!wait_until(fd, POLLOUT, deadline)) return false;
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

// On one line. What is not UTF-8 is shown as a replacement character: it must not be an exception.
std::string line_of(const json& object) { return object.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"; }

std::string failure(const std::string& message) { return line_of({{"ok", false}, {"error", message}}); }

// A connection waits for its turn as well, when others wait already.
void limit_waiting(const Descriptor& socket, milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  timeval limit{};  // its fields are as wide as the board's long
  limit.tv_sec = static_cast<time_t>(seconds.count());
  limit.tv_usec = static_cast<suseconds_t>(std::chrono::microseconds(timeout - seconds).count());
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

}  // namespace

std::string control_path(std::string_view spool_path) {
  return (std::filesystem::path(spool_path).parent_path() / "control.sock").string();
}

class ControlServer::Impl {
 public:
  Impl(Descriptor socket, std::string path, Answer answer)
      : socket_(std::move(socket)), path_(std::move(path)), answer_(std::move(answer)), thread_([this] { serve(); }) {}

  ~Impl() {
    stopping_ = true;
    ::shutdown(socket_.get(), SHUT_RDWR);  // wakes the poll
    thread_.join();
    ::unlink(path_.c_str());
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

 private:
  void serve() {
    while (!stopping_) {
      if (!wait_for(socket_.get(), POLLIN, milliseconds(500)) || stopping_) continue;
      const Descriptor client(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.valid()) {
        // Out of descriptors, most likely: the next try at once would only burn the processor.
        std::this_thread::sleep_for(milliseconds(100));
        continue;
      }
      const auto request = read_line(client.get(), kMaxRequestBytes, after(kClientPatience));
      write_all(client.get(), request ? answer_line(*request) : failure("no request line within 1 s"),
                after(kClientPatience));
    }
  }

  std::string answer_line(const std::string& request) const {
    const json parsed = json::parse(request, nullptr, false);
    if (!parsed.is_object() || !parsed.contains("command") || !parsed["command"].is_string()) {
      return failure("a request is one line such as {\"command\":\"spool.stat\"}");
    }
    const bool told = parsed.contains("arguments");
    if (told && !parsed["arguments"].is_object()) return failure("arguments are a JSON object");
    const auto result =
        answer_(parsed["command"].get<std::string>(), told ? parsed["arguments"].dump() : std::string("{}"));
    if (!result) return failure(result.error().message);
    return "{\"ok\":true,\"result\":" + *result + "}\n";
  }

  Descriptor socket_;
  std::string path_;
  Answer answer_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

ControlServer::ControlServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ControlServer::~ControlServer() = default;

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& path, Answer answer) {
  const auto address = address_of(path);
  if (!address) return fail(ErrorCode::kConfig, path + ": too long for a socket's path; choose a shorter spool.path");
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  // The spool's lock keeps a second collector out, so a socket file that is there belongs to one that is gone.
  ::unlink(path.c_str());
  if (::bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 ||
      ::chmod(path.c_str(), 0660) != 0 || ::listen(socket.get(), 4) != 0) {
    return fail(ErrorCode::kIo, path + ": cannot open the control socket: " + std::strerror(errno));
  }
  return std::unique_ptr<ControlServer>(
      new ControlServer(std::make_unique<Impl>(std::move(socket), path, std::move(answer))));
}

Result<std::string> ask_control(const std::string& path, std::string_view command, std::string_view arguments,
                                milliseconds timeout) {
  const Deadline deadline = after(timeout);
  const auto nobody = [&] { return fail(ErrorCode::kNotFound, path + ": no collector is running there"); };
  const auto address = address_of(path);
  if (!address) return nobody();
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return fail(ErrorCode::kIo, path + ": " + std::strerror(errno));
  limit_waiting(socket, timeout);
  if (!connected(socket, *address)) {
    if (errno == EACCES || errno == EPERM) {
      return fail(ErrorCode::kPermissionDenied, path + ": not allowed; run as root or as a member of group airspool");
    }
    if (errno == EAGAIN) return fail(ErrorCode::kUnavailable, path + ": the collector does not answer");
    return nobody();
  }
  json request{{"command", std::string(command)}};
  if (arguments != "{}") request["arguments"] = json::parse(arguments, nullptr, false);
  if (!write_all(socket.get(), line_of(request), deadline)) {
    return fail(ErrorCode::kUnavailable, path + ": does not take requests");
  }
  const auto line = read_line(socket.get(), kMaxAnswerBytes, deadline);
  if (!line) return fail(ErrorCode::kUnavailable, path + ": the collector does not answer");
  const json answer = json::parse(*line, nullptr, false);
  const bool told = answer.is_object() && answer.contains("ok") && answer["ok"].is_boolean();
  if (told && !answer["ok"].get<bool>()) {
    const bool why = answer.contains("error") && answer["error"].is_string();
    return fail(ErrorCode::kUnavailable, why ? answer["error"].get<std::string>() : path + ": refused");
  }
  if (!told || !answer.contains("result")) {
    return fail(ErrorCode::kInvalidData, path + ": what answers there is no collector");
  }
  return answer["result"].dump();
}

}  // namespace airspool::collector
