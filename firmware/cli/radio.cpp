// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <airspool/collector/control.h>
#include <airspool/collector/gain.h>

#include "cli/commands.h"
#include "cli/config_layers.h"

namespace airspool::cli {
namespace {

struct GainOptions {
  ConfigLayers layers;
  std::string gain;  // empty: only ask
};

int gain(const GainOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  const auto told = collector::ask_gain(collector::control_path(loaded->config.spool.path), options.gain);
  if (!told) return report(told.error());
  if (told->gain_db) {
    char now[32];
    std::snprintf(now, sizeof now, "%.1f dB", *told->gain_db);
    std::cout << "gain " << now << "; ";
  }
  std::cout << told->reason << '\n';
  return 0;
}

}  // namespace

void add_radio(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("radio", "Change the radio of the collector that runs");
  command->require_subcommand(1);
  auto options = std::make_shared<GainOptions>();
  CLI::App* set = command->add_subcommand("gain", "Show or change the tuner's gain, until the collector ends");
  options->layers.add_to(*set);
  set->add_option("GAIN", options->gain, "Decibels such as 38.6, auto, or agc; without it the gain is only shown");
  set->footer(
      "\nThe nearest gain that the tuner has is taken, and said. To keep it, set radio.gain in the configuration.\n"
      "'airspool check radio' tries the dongle when no collector runs.");
  set->callback([options, &exit_code] { exit_code = gain(*options); });
}

}  // namespace airspool::cli
