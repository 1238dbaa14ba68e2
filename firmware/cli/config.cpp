// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include <airspool/config/load.h>
#include <airspool/config/reference.h>

#include "cli/commands.h"

namespace airspool::cli {
namespace {

struct ConfigOptions {
  std::string file;
  std::vector<std::string> sets;
  std::string section;
};

config::LoadRequest request_of(const ConfigOptions& options) {
  config::LoadRequest request;
  if (!options.file.empty()) request.file = options.file;
  for (const std::string& assignment : options.sets) request.settings.push_back({"--set", assignment});
  return request;
}

int refuse(const config::Diagnostics& diagnostics) {
  std::cerr << diagnostics.text();
  return exit_status(ErrorCode::kConfig);
}

std::string layers_of(const config::Loaded& loaded) {
  return loaded.file.empty() ? "built-in defaults, no file (" + std::string(config::kDefaultFile) + " does not exist)"
                             : loaded.file;
}

int show(const ConfigOptions& options) {
  const config::LoadResult loaded = config::load(request_of(options));
  if (!loaded) return refuse(loaded.error());
  std::cout << "# From " << layers_of(*loaded) << ". Behind each value: where it comes from. Secrets show as ***.\n\n"
            << config::show_text(*loaded);
  return 0;
}

int check(const ConfigOptions& options) {
  const config::LoadResult loaded = config::load(request_of(options));
  if (!loaded) return refuse(loaded.error());
  std::cout << "OK: " << layers_of(*loaded) << '\n';
  return 0;
}

int print_keys(const ConfigOptions& options) {
  const std::string text = config::reference_text(options.section);
  if (text.empty()) {
    return report({ErrorCode::kUsage, "no section is named '" + options.section +
                                          "'; 'airspool config keys' without a name lists all of them"});
  }
  std::cout << text;
  return 0;
}

void add_layers(CLI::App& command, ConfigOptions& options) {
  command.add_option("--config", options.file, "The file to read; default " + std::string(config::kDefaultFile))
      ->type_name("FILE");
  command
      .add_option("--set", options.sets,
                  "Override one key, as often as you like: --set radio.gain=38.6, --set sink.NAME.topic=t")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

}  // namespace

void add_config(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("config", "Check and explain the configuration file");
  command->require_subcommand(1);
  command->footer(
      "\nThe file is TOML. Later layers win: built-in defaults, the file, the command line.\n"
      "  airspool config keys radio                      every key of [radio], what it takes and its default\n"
      "  airspool config check --config my.toml          all mistakes at once, as file:line:column: message\n"
      "  airspool config show --set station.lat=48.1 --set station.lon=11.6\n"
      "                                                  each value and where it comes from\n"
      "A wrong configuration ends with status 78 (EX_CONFIG).");

  auto options = std::make_shared<ConfigOptions>();
  CLI::App* show_command = command->add_subcommand("show", "Print each value and where it comes from, without secrets");
  add_layers(*show_command, *options);
  show_command->callback([options, &exit_code] { exit_code = show(*options); });

  CLI::App* check_command = command->add_subcommand("check", "Say OK, or everything that is wrong");
  add_layers(*check_command, *options);
  check_command->callback([options, &exit_code] { exit_code = check(*options); });

  CLI::App* keys_command = command->add_subcommand("keys", "Print every key: what it takes, its default, what it does");
  keys_command->add_option("section", options->section, "Only this section: station, radio, opensky, sink, ...");
  keys_command->callback([options, &exit_code] { exit_code = print_keys(*options); });
}

}  // namespace airspool::cli
