// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <airspool/collector/systemd_notify.h>

namespace airspool::collector {
namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? std::string_view() : value;
}

// Empty when it is no number that is at least 1.
std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

std::optional<Nanoseconds> watchdog_of_environment() {
  const auto microseconds = number(variable("WATCHDOG_USEC"));
  if (!microseconds || *microseconds > INT64_MAX / 1000) return std::nullopt;
  const auto pid = variable("WATCHDOG_PID");
  if (!pid.empty() && number(pid) != std::int64_t{::getpid()}) return std::nullopt;
  return std::chrono::microseconds(*microseconds);
}

// A line feed would start another assignment.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

}  // namespace

SystemdNotify SystemdNotify::from_environment() {
  return SystemdNotify(std::string(variable("NOTIFY_SOCKET")), watchdog_of_environment());
}

void SystemdNotify::ready(std::string_view status) const { send("READY=1\nSTATUS=" + one_line(status)); }
void SystemdNotify::stopping() const { send("STOPPING=1\nSTATUS=storing and sending what is here"); }
void SystemdNotify::alive() const { send("WATCHDOG=1"); }
void SystemdNotify::status(std::string_view line) const { send("STATUS=" + one_line(line)); }

void SystemdNotify::send(std::string_view text) const {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, socket_.data(), socket_.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
  // Not waiting: a supervisor that does not read must not hold the one that it watches.
  [[maybe_unused]] const ssize_t sent = ::sendto(fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
                                                 reinterpret_cast<const sockaddr*>(&address), length);
  ::close(fd);
}

}  // namespace airspool::collector
