// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

#include <CLI/CLI.hpp>
#include <signal.h>

#include <airspool/collector/collector.h>
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
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return open_; });
  }
  // Whether it was opened in that time.
  bool wait_for(std::chrono::duration<double> time) {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, time, [this] { return open_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

int run(const RunOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  log::set_level(level_of(loaded->config.log.level));
  // A peer that goes away is told by the write, not by the end of the process.
  ::signal(SIGPIPE, SIG_IGN);

  // Before any other thread is made, so that the two signals reach nobody else.
  Gate stop_asked;
  StopSignal signals([&stop_asked] { stop_asked.open(); });

  if (const double spread_s = loaded->config.station.start_spread_s; spread_s > 0.0) {
    const std::chrono::duration<double> wait(spread_s * config::place_in_fleet(config::this_machine()));
    log::info("collector", "waiting its turn among the boxes of the fleet", {{"wait_s", wait.count()}});
    if (stop_asked.wait_for(wait)) return 0;
  }
  const SystemClock clock;
  auto collector = collector::Collector::create(loaded->config, {.allow_sim = options.allow_sim}, clock);
  if (!collector) return report(collector.error());
  (*collector)->start();
  log::info("collector", "running", {{"version", AIRSPOOL_VERSION}});
  stop_asked.wait();
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
