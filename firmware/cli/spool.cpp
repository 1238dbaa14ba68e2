// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <airspool/collector/control.h>
#include <airspool/core/clock.h>
#include <airspool/spool/stat_text.h>

#include "cli/commands.h"
#include "cli/config_layers.h"

namespace airspool::cli {
namespace {

struct SpoolOptions {
  ConfigLayers layers;
  std::string path;
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

int stat(const SpoolOptions& options) {
  std::string path = options.path;
  if (path.empty()) {
    const config::LoadResult loaded = options.layers.load();
    if (!loaded) return exit_status(ErrorCode::kConfig);
    path = loaded->config.spool.path;
  }
  const auto json = stat_json(path);
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

void add_spool(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("spool", "Look into the queue on disk");
  command->require_subcommand(1);
  auto options = std::make_shared<SpoolOptions>();
  CLI::App* stat_command = command->add_subcommand("stat", "What is stored, and what each sink still has to take");
  options->layers.add_to(*stat_command);
  stat_command->add_option("--path", options->path, "The spool's file; default: spool.path of the configuration")
      ->type_name("FILE");
  stat_command->add_flag("--json", options->json, "One JSON object instead of text");
  stat_command->footer("\nWorks while the collector runs (asks it through its control socket) and while it does not.");
  stat_command->callback([options, &exit_code] { exit_code = stat(*options); });
}

}  // namespace airspool::cli
