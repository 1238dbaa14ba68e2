// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <cstdio>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include <CLI/CLI.hpp>
#include <sysexits.h>
#include <unistd.h>

#include <airspool/collector/control.h>
#include <airspool/core/clock.h>
#include <airspool/spool/stat_text.h>

#include "cli/commands.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"
#include "cli/stop_signal.h"

namespace airspool::cli {
namespace {

constexpr int kExitOfSignal = 128;  // what a shell adds to the number of the signal
constexpr Nanoseconds kLook = std::chrono::milliseconds(300);
constexpr Nanoseconds kTell = std::chrono::seconds(10);  // where stderr is no terminal

struct DrainOptions {
  SpoolChoice choice;
  double timeout_s = 0.0;
};

// A pause that a signal ends.
class Pause {
 public:
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
    }
    over_.notify_all();
  }
  // False when it was ended.
  bool wait(Nanoseconds time) {
    std::unique_lock lock(mutex_);
    return !over_.wait_for(lock, time, [this] { return ended_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable over_;
  bool ended_ = false;
};

// New batches come while the old ones go, so "empty" is asked of each sink on its own: it has everything that was there
// when we began, once it had nothing left at any moment after.
class Backlog {
 public:
  explicit Backlog(const spool::SpoolStat& stat) { look(stat); }

  void look(const spool::SpoolStat& stat) {
    std::map<std::string, std::int64_t> now;
    for (const spool::SinkStat& sink : stat.sinks) {
      if (sink.batches > 0) now[sink.name] = sink.records;
    }
    if (!begun_) {
      left_ = now;
      begun_ = true;
      return;
    }
    std::erase_if(left_, [&](const auto& sink) { return !now.contains(sink.first); });
    for (auto& [name, records] : left_) records = now.at(name);
  }
  [[nodiscard]] bool empty() const { return left_.empty(); }
  [[nodiscard]] std::string text() const {
    std::string text;
    for (const auto& [name, records] : left_) {
      text += (text.empty() ? "" : ", ") + name + ": " + std::to_string(records) + " records left";
    }
    return text;
  }

 private:
  bool begun_ = false;
  std::map<std::string, std::int64_t> left_;
};

Result<spool::SpoolStat> stat_of(const std::string& path) {
  const auto json = collector::ask_control(collector::control_path(path), "spool.stat");
  if (!json) return tl::unexpected(json.error());
  return spool::stat_from_json(*json);
}

// Nobody sends while no collector runs: then all there is to say is whether anything waits.
Result<int> look_at_file(const std::string& path) {
  const auto stat = spool::Spool::inspect(path);
  if (!stat) return tl::unexpected(stat.error());
  const Backlog backlog(*stat);
  if (backlog.empty()) {
    std::cout << "nothing waits\n";
    return 0;
  }
  return fail(ErrorCode::kUnavailable, path + ": no collector is running, and it is what sends (" + backlog.text() +
                                           "); start it (systemctl start airspool, or airspool run), or take the "
                                           "records out with 'airspool spool export'");
}

Result<int> drain(const DrainOptions& options) {
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  auto stat = stat_of(*path);
  if (!stat && stat.error().code == ErrorCode::kNotFound) return look_at_file(*path);
  if (!stat) return tl::unexpected(stat.error());

  if (stat->sinks.empty()) {
    return fail(ErrorCode::kUnavailable,
                "no sink is configured: nothing is sent; add a [[sink]], or take the records "
                "out with 'airspool spool export'");
  }
  Pause pause;
  const StopSignal stop([&pause] { pause.end(); });
  const SystemClock clock;
  const BootTime begun = clock.boot_now();
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  BootTime told = begun - kTell;
  Backlog backlog(*stat);
  while (!backlog.empty()) {
    const BootTime now = clock.boot_now();
    if (terminal || now - told >= kTell) {
      std::cerr << (terminal ? "\r" : "") << backlog.text() << (terminal ? "\033[K" : "\n") << std::flush;
      told = now;
    }
    const bool late = options.timeout_s > 0.0 && now - begun >= std::chrono::duration<double>(options.timeout_s);
    const bool ended = !late && !pause.wait(kLook);
    if ((late || ended) && terminal) std::cerr << "\r\033[K";
    if (late) {
      std::cerr << "airspool: not empty after " << options.timeout_s << " s (" << backlog.text()
                << "); 'airspool spool stat' and the log say why\n";
      return EX_TEMPFAIL;
    }
    if (ended) return kExitOfSignal + stop.received();
    stat = stat_of(*path);
    if (!stat) {
      if (terminal) std::cerr << "\r\033[K";
      if (stat.error().code == ErrorCode::kNotFound) return look_at_file(*path);
      return tl::unexpected(stat.error());
    }
    backlog.look(*stat);
  }
  if (terminal) std::cerr << "\r\033[K";
  std::cout << "every sink has everything\n";
  return 0;
}

}  // namespace

void add_spool_drain(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<DrainOptions>();
  CLI::App* command = spool.add_subcommand("drain", "Wait until every sink has what is stored now");
  options->choice.add_to(*command);
  command->add_option("--timeout", options->timeout_s, "Give up after so many seconds, with exit status 75")
      ->check(CLI::NonNegativeNumber)
      ->type_name("SECONDS");
  command->footer(
      "\nFor before a card is taken out or a sink is removed. Exit status 0: every sink has acknowledged everything;\n"
      "75: not within --timeout; 69: no collector runs, and something waits.");
  command->callback([options, &exit_code] {
    const Result<int> done = drain(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
