// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <airspool/collector/control.h>
#include <airspool/core/clock.h>
#include <airspool/spool/stat_text.h>

#include "cli/commands.h"
#include "cli/spool_commands.h"
#include "cli/spool_door.h"

namespace airspool::cli {
namespace {

struct StatOptions {
  SpoolChoice choice;
  bool json = false;
};

// From the collector that runs, else from the file.
Result<std::string> stat_json(const std::string& path) {
  auto running = collector::ask_control(collector::control_path(path), "spool.stat");
  if (running || running.error().code != ErrorCode::kNotFound) return running;
  const auto stat = spool::Spool::inspect(path);
  if (!stat) return tl::unexpected(stat.error());
  return spool::to_json(*stat);
}

int stat(const StatOptions& options) {
  const auto path = options.choice.path();
  if (!path) return exit_status(ErrorCode::kConfig);
  const auto json = stat_json(*path);
  if (!json) return report(json.error());
  if (options.json) {
    std::cout << *json << '\n';
    return 0;
  }
  const auto parsed = spool::stat_from_json(*json);
  if (!parsed) return report(parsed.error());
  std::cout << spool::to_text(*parsed, SystemClock().wall_now());
  return 0;
}

}  // namespace

void add_spool_stat(CLI::App& spool, int& exit_code) {
  auto options = std::make_shared<StatOptions>();
  CLI::App* command = spool.add_subcommand("stat", "What is stored, and what each sink still has to take");
  options->choice.add_to(*command);
  command->add_flag("--json", options->json, "One JSON object instead of text");
  command->footer("\nWorks while the collector runs (asks it through its control socket) and while it does not.");
  command->callback([options, &exit_code] { exit_code = stat(*options); });
}

void add_spool(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("spool", "Look into the queue on disk, and put it right");
  command->require_subcommand(1);
  command->footer(
      "\nEach of them asks the collector that runs, a page at a time and without holding its records up, and reads "
      "the\n"
      "file itself when none does. 'airspool spool stat' is the one to begin with.");
  add_spool_stat(*command, exit_code);
  add_spool_list(*command, exit_code);
  add_spool_export(*command, exit_code);
  add_spool_drain(*command, exit_code);
  add_spool_verify(*command, exit_code);
  add_spool_requeue(*command, exit_code);
}

}  // namespace airspool::cli
