// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>
#include <unistd.h>

#include <airspool/collector/chain_status.h>
#include <airspool/collector/control.h>

#include "cli/commands.h"
#include "cli/config_layers.h"

namespace airspool::cli {
namespace {

constexpr int kSomethingRed = 1;
constexpr const char* kClearScreen = "\033[H\033[2J";

struct StatusOptions {
  ConfigLayers layers;
  bool json = false;
  bool watch = false;
  int interval_s = 2;
};

Result<int> show(const StatusOptions& options, const std::string& socket, bool terminal) {
  const auto answer = collector::ask_control(socket, collector::kStatusCommand);
  if (!answer) {
    if (answer.error().code != ErrorCode::kNotFound) return tl::unexpected(answer.error());
    return fail(ErrorCode::kUnavailable,
                answer.error().message +
                    "; start one (systemctl start airspool), or see what keeps it from starting: "
                    "airspool check");
  }
  const auto status = collector::chain_status_from_json(*answer);
  if (!status) return tl::unexpected(status.error());
  if (options.json) {
    std::cout << *answer << std::endl;
  } else {
    if (options.watch && terminal) std::cout << kClearScreen;
    std::cout << collector::to_text(*status, terminal) << std::flush;
  }
  return status->worst() == collector::Light::kRed ? kSomethingRed : 0;
}

int status(const StatusOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  const std::string socket = collector::control_path(loaded->config.spool.path);
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  for (;;) {
    const Result<int> shown = show(options, socket, terminal);
    if (!shown) return report(shown.error());
    if (!options.watch || !std::cout) return *shown;
    std::this_thread::sleep_for(std::chrono::seconds(options.interval_s));
  }
}

}  // namespace

void add_status(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("status", "How the collector that runs is doing, part by part");
  auto options = std::make_shared<StatusOptions>();
  options->layers.add_to(*command);
  command->add_flag("--json", options->json, "One JSON object on a line instead of text");
  command->add_flag("--watch", options->watch, "Again and again, until Ctrl-C");
  command->add_option("--every", options->interval_s, "Seconds between two looks of --watch")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->footer(
      "\nWhat is wrong comes first, with what to do next. It asks through the control socket beside the spool.\n"
      "Exit status 0: nothing is red; 1: something is; 69: no collector is running.");
  command->callback([options, &exit_code] { exit_code = status(*options); });
}

}  // namespace airspool::cli
