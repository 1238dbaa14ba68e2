// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>
#include <unistd.h>

#include <airspool/collector/collector.h>
#include <airspool/collector/systemd_notify.h>
#include <airspool/config/station_name.h>
#include <airspool/core/log.h>

#include "cli/commands.h"
#include "cli/config_layers.h"
#include "cli/stop_signal.h"

namespace airspool::cli {
namespace {

struct RunOptions {
  ConfigLayers layers;
  bool allow_sim = false;
};

log::Level level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::kError:
      return log::Level::kError;
    case config::LogLevel::kWarning:
      return log::Level::kWarning;
    case config::LogLevel::kInfo:
      break;
    case config::LogLevel::kDebug:
      return log::Level::kDebug;
  }
  return log::Level::kInfo;
}

constexpr Nanoseconds kWatchEvery = std::chrono::seconds(5);

// A door that one thread waits at and another one opens.
class Gate {
 public:
  void open() {
    {
      const std::lock_guard lock(mutex_);
      open_ = true;
    }
    opened_.notify_all();
  }
  // Whether it is open, `patience` from now at the latest.
  bool wait_for(Nanoseconds patience) {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, patience, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Looks after the stages until it is told to stop, and tells systemd. A stage that stands still is not told as alive:
// systemd then starts us anew. Several looks for each time that it waits for.
void watch_until(Gate& stop_asked, collector::Collector& collector, const collector::SystemdNotify& systemd) {
  const Nanoseconds every = std::min<Nanoseconds>(kWatchEvery, systemd.watchdog().value_or(kWatchEvery * 4) / 4);
  std::string told;
  while (!stop_asked.wait_for(every)) {
    const std::string silent = joined(collector.silent_stages());
    if (silent.empty()) {
      systemd.alive();
      systemd.status(collector.state_line());
    } else if (silent != told) {
      log::error("collector", "a stage stands still; under systemd this ends in a restart", {{"stage", silent}});
      systemd.status("stands still: " + silent);
    }
    told = silent;
  }
}

int run(const RunOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  log::set_level(level_of(loaded->config.log.level));
  // A peer that goes away is told by the write, not by the end of the process.
  ::signal(SIGPIPE, SIG_IGN);

  // Before any other thread is made, so that the two signals reach nobody else.
  Gate stop_asked;
  StopSignal signals([&stop_asked] { stop_asked.open(); });

  if (::geteuid() == 0) {
    log::warning("collector",
                 "running as root, which it does not need: what it writes will belong to root, and the service, which "
                 "runs as 'airspool', cannot use it; 'sudo -u airspool airspool run' does the same");
  }
  if (const double spread_s = loaded->config.station.start_spread_s; spread_s > 0.0) {
    const std::chrono::duration<double> wait(spread_s * config::place_in_fleet(config::this_machine()));
    log::info("collector", "waiting its turn among the boxes of the fleet", {{"wait_s", wait.count()}});
    if (stop_asked.wait_for(std::chrono::duration_cast<Nanoseconds>(wait))) return 0;
  }
  const SystemClock clock;
  const auto systemd = collector::SystemdNotify::from_environment();
  auto collector = collector::Collector::create(loaded->config, {.allow_sim = options.allow_sim}, clock);
  if (!collector) return report(collector.error());
  (*collector)->start();
  log::info("collector", "running", {{"version", AIRSPOOL_VERSION}});
  systemd.ready("running");
  watch_until(stop_asked, **collector, systemd);
  systemd.stopping();
  log::info("collector", "stopping: storing and sending what is here; again to end at once");
  (*collector)->stop();
  log::info("collector", "stopped");
  return 0;
}

}  // namespace

void add_run(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("run", "Collect: hear or poll, store, forward, until it is told to stop");
  auto options = std::make_shared<RunOptions>();
  options->layers.add_to(*command);
  options->layers.add_classic_to(*command);
  command->add_flag("--allow-sim", options->allow_sim, "Let simulated aircraft leave this machine");
  command->footer(
      "\n  airspool run --config my.toml\n"
      "  airspool run --set radio.source=sim --set spool.path=./spool.db    a simulated sky, to try it\n"
      "SIGTERM or Ctrl-C stores what is here, gives the sinks 5 s and ends with 0; a second one ends at once.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace airspool::cli
