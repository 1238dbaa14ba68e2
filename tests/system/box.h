// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <poll.h>
#include <stdlib.h>

#include "contract/child_process.h"

// The program as it is installed: a folder with a configuration and a spool, and `airspool run` on it.
namespace airspool::whole {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr int kSlowness = 6;  // sanitizers cost that much
#else
inline constexpr int kSlowness = 1;
#endif

inline bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& holds) {
  const auto end = std::chrono::steady_clock::now() + limit * kSlowness;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

inline std::string content_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Outcome {
  int status = -1;
  std::string out;
  std::string err;
};

class Box {
 public:
  Box() {
    std::string name = (fs::temp_directory_path() / "airspool-box-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Box() {
    collector_.end(SIGKILL);
    fs::remove_all(folder_);
  }
  Box(const Box&) = delete;
  Box& operator=(const Box&) = delete;

  [[nodiscard]] const fs::path& folder() const { return folder_; }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }

  // A simulated sky, sampled every second into batches that are small and soon closed, and no status page; then the
  // sections that the test is about.
  void configure(const std::string& more) const {
    std::ofstream(path("airspool.toml")) << "[station]\nname = \"roof-1\"\n"
                                         << "[radio]\nsource = \"sim\"\n"
                                         << "[sampling]\ninterval_s = 1\n"
                                         << "[spool]\npath = \"" << path("spool.db") << "\"\n"
                                         << "batch_records = 20\nbatch_seconds = 0.5\n"
                                         << more;
  }

  // `words`: what comes before the program, such as env.
  void start(const std::vector<std::string>& options = {"--set", "status.listen=127.0.0.1:0"},
             std::vector<std::string> words = {}) {
    words.insert(words.end(), {AIRSPOOL_PROGRAM, "run", "--config", path("airspool.toml")});
    words.insert(words.end(), options.begin(), options.end());
    collector_ = contract::ChildProcess(words, path("run"));
  }
  [[nodiscard]] pid_t pid() const { return collector_.pid(); }
  void signal(int number) const { collector_.signal(number); }
  void kill() { collector_.end(SIGKILL); }
  // The exit status; empty when it did not end, and then it is made to.
  std::optional<int> end_within(std::chrono::milliseconds limit) {
    const auto status = collector_.wait_for(limit * kSlowness);
    if (!status) collector_.end(SIGKILL);
    return status;
  }
  std::optional<int> stop() {
    collector_.signal(SIGTERM);
    return end_within(15s);
  }

  // What `airspool run` said, in all runs.
  [[nodiscard]] std::string log() const { return content_of(folder_ / "run.err"); }
  [[nodiscard]] bool says(const std::string& words) const { return log().find(words) != std::string::npos; }

  // Another command of the program, to its end. `before`: words that come before it, such as setpriv.
  [[nodiscard]] Outcome command(const std::vector<std::string>& words, std::vector<std::string> before = {}) {
    const std::string output = path("command-" + std::to_string(++commands_));
    before.emplace_back(AIRSPOOL_PROGRAM);
    before.insert(before.end(), words.begin(), words.end());
    contract::ChildProcess process(before, output);
    const auto status = process.wait_for(20s * kSlowness);
    return {status.value_or(-1), content_of(output), content_of(output + ".err")};
  }
  [[nodiscard]] Outcome run_command(const std::vector<std::string>& options = {}) {
    std::vector<std::string> words{"run", "--config", path("airspool.toml")};
    words.insert(words.end(), options.begin(), options.end());
    return command(words);
  }

  // `airspool spool stat --json`; null when there is no answer.
  [[nodiscard]] nlohmann::json spool_stat() {
    const Outcome outcome = command({"spool", "stat", "--json", "--path", path("spool.db")});
    if (outcome.status != 0) return {};
    return nlohmann::json::parse(outcome.out, nullptr, false);
  }
  // Batches that the only sink still has to take; -1 when that cannot be told.
  [[nodiscard]] std::int64_t backlog() {
    const nlohmann::json stat = spool_stat();
    if (!stat.is_object() || stat.at("sinks").size() != 1) return -1;
    return stat.at("sinks").front().at("batches").get<std::int64_t>();
  }

  // Told by the collector itself: it has started, and its sink has everything.
  [[nodiscard]] bool runs_with_nothing_left() {
    const nlohmann::json stat = spool_stat();
    return stat.is_object() && stat.at("running").get<bool>() && stat.at("sinks").front().at("batches") == 0;
  }

 private:
  fs::path folder_;
  contract::ChildProcess collector_;
  int commands_ = 0;
};

}  // namespace airspool::whole
