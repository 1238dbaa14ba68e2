// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "contract/child_process.h"

namespace airspool::contract {

namespace fs = std::filesystem;

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

inline std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  ::bind(fd, reinterpret_cast<sockaddr*>(&address), length);
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length);
  ::close(fd);
  return ntohs(address.sin_port);
}

inline bool port_answers(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool answers = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return answers;
}

inline std::string find_mosquitto() {
  for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"}) {
    if (fs::exists(path)) return path;
  }
  return {};
}

inline std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A real mosquitto on a free port of the loopback interface, with a folder of its own, and a subscriber that reads
// along in a session that survives both.
class Mosquitto {
 public:
  static std::string missing() {
    if (find_mosquitto().empty()) return "needs mosquitto (tools/deps.sh)";
    if (!fs::exists("/usr/bin/mosquitto_sub")) return "needs mosquitto_sub (tools/deps.sh)";
    return {};
  }

  // `listener`: lines of its configuration; the port is chosen here.
  explicit Mosquitto(std::string listener = "allow_anonymous true\n") : listener_(std::move(listener)) {
    std::string name = (fs::temp_directory_path() / "airspool-mosquitto-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    port_ = free_port();
  }
  ~Mosquitto() {
    subscriber_.end(SIGKILL);
    broker_.end(SIGKILL);
    fs::remove_all(folder_);
  }
  Mosquitto(const Mosquitto&) = delete;
  Mosquitto& operator=(const Mosquitto&) = delete;

  void start() {
    std::ofstream(folder_ / "mosquitto.conf")
        << (per_listener_ ? "per_listener_settings true\n" : "") << "user root\nlistener " << port_ << " 127.0.0.1\n"
        << listener_ << "\nlog_dest stderr\nlog_type all\n";
    if (remembers_) {
      std::ofstream(folder_ / "mosquitto.conf", std::ios::app)
          << "persistence true\npersistence_location " << folder_.string()
          << "/\nautosave_on_changes true\nautosave_interval 1\n";
    }
    broker_ =
        ChildProcess({find_mosquitto(), "-c", (folder_ / "mosquitto.conf").string()}, (folder_ / "broker").string());
    for (int i = 0; i < 500 && !port_answers(port_); ++i) ::poll(nullptr, 0, 10);
  }
  void stop() { broker_.end(SIGTERM); }
  void kill() { broker_.end(SIGKILL); }
  void freeze() const { broker_.signal(SIGSTOP); }
  void thaw() const { broker_.signal(SIGCONT); }

  // Prints each message as one line: hexadecimal payload, then what `more` asks for (mosquitto_sub -F).
  void subscribe(const std::vector<std::string>& options = {}, const std::string& more = "") {
    std::vector<std::string> words{"stdbuf",
                                   "-oL",
                                   "/usr/bin/mosquitto_sub",
                                   "-p",
                                   std::to_string(port_),
                                   "-V",
                                   "5",
                                   "-c",
                                   "-i",
                                   "witness",
                                   "-x",
                                   "3600",
                                   "-q",
                                   "1",
                                   "-t",
                                   "air/#",
                                   "-F",
                                   "%x" + more};
    words.insert(words.end(), options.begin(), options.end());
    subscriber_ = ChildProcess(words, (folder_ / "received").string());
    for (int i = 0; i < 500 && log().find("Sending SUBACK to witness") == std::string::npos; ++i)
      ::poll(nullptr, 0, 10);
  }
  void unsubscribe() { subscriber_.end(SIGKILL); }

  [[nodiscard]] std::string received_lines() const { return read_file(folder_ / "received"); }
  [[nodiscard]] std::string received_bytes() const {
    std::istringstream lines(received_lines());
    std::string bytes;
    for (std::string line; std::getline(lines, line);) {
      const auto end = line.find_first_not_of("0123456789abcdefABCDEF");
      const std::string hex = line.substr(0, end);
      for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16)));
      }
    }
    return bytes;
  }
  [[nodiscard]] std::string log() const { return read_file(folder_ / "broker.err"); }
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] std::string url(const std::string& scheme = "mqtt") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_);
  }
  void set_listener(std::string listener) { listener_ = std::move(listener); }
  // Each listener with its own passwords.
  void per_listener() { per_listener_ = true; }
  // From the next start on it keeps nothing on disk: with its death it forgets sessions and what waits in them.
  void forget_at_death() { remembers_ = false; }

 private:
  std::string listener_;
  bool remembers_ = true;
  bool per_listener_ = false;
  fs::path folder_;
  std::uint16_t port_ = 0;
  ChildProcess broker_;
  ChildProcess subscriber_;
};

}  // namespace airspool::contract
