// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include <airspool/collector/check.h>
#include <airspool/config/load.h>
#include <airspool/config/reference.h>

#include "cli/commands.h"
#include "cli/config_layers.h"
#include "cli/documents.h"

namespace airspool::cli {
namespace {

struct ConfigOptions {
  ConfigLayers layers;
  std::string section;
};

// Without the board's overlay, which is no file of the user's.
std::string layers_of(const config::Loaded& loaded) {
  std::string names;
  for (const std::string& file : loaded.files) {
    if (file != loaded.overlay) (names += names.empty() ? "" : ", ") += file;
  }
  return names.empty() ? "built-in defaults, no file (" + std::string(config::kDefaultFile) + " does not exist)"
                       : names;
}

std::string board_of(const config::Loaded& loaded) {
  std::string text = loaded.board.name.empty() ? "unknown" : loaded.board.name;
  if (!loaded.board.model.empty()) text += " (" + loaded.board.model + ")";
  return text + (loaded.overlay.empty() ? ", which changes no default" : ", defaults of " + loaded.overlay);
}

int show(const ConfigOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  std::cout << "# Board: " << board_of(*loaded) << "\n# From " << layers_of(*loaded)
            << ". Behind each value: where it comes from. Secrets show as ***.\n\n"
            << config::show_text(*loaded);
  return 0;
}

int check(const ConfigOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  const auto errors = collector::check(loaded->config);
  for (const Error& error : errors) report(error);
  if (!errors.empty()) return exit_status(ErrorCode::kConfig);
  for (const std::string& sentence : config::cautions(loaded->config)) {
    std::cerr << "airspool: warning: " << sentence << '\n';
  }
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

}  // namespace

void add_config(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("config", "Check and explain the configuration file");
  command->require_subcommand(1);
  command->footer(
      "\nThe file is TOML. Later layers win: built-in defaults, those of the board, the file, conf.d/*.toml beside "
      "it,\n"
      "the environment (AIRSPOOL_RADIO__GAIN=38.6), the command line.\n"
      "  airspool config keys radio                      every key of [radio], what it takes and its default\n"
      "  airspool config check --config my.toml          all mistakes at once, as file:line:column: message\n"
      "  airspool config show --set station.lat=48.1 --set station.lon=11.6\n"
      "                                                  each value and where it comes from\n"
      "A wrong configuration ends with status 78 (EX_CONFIG).");

  auto options = std::make_shared<ConfigOptions>();
  CLI::App* show_command = command->add_subcommand("show", "Print each value and where it comes from, without secrets");
  options->layers.add_to(*show_command);
  show_command->callback([options, &exit_code] { exit_code = show(*options); });

  CLI::App* check_command = command->add_subcommand("check", "Say OK, or everything that is wrong");
  options->layers.add_to(*check_command);
  check_command->callback([options, &exit_code] { exit_code = check(*options); });

  CLI::App* docs_command = command->add_subcommand("docs", "Print the reference of all keys as Markdown");
  docs_command->callback([] { std::cout << markdown_of_configuration(); });

  CLI::App* keys_command = command->add_subcommand("keys", "Print every key: what it takes, its default, what it does");
  keys_command->add_option("section", options->section, "Only this section: station, radio, opensky, sink, ...");
  keys_command->callback([options, &exit_code] { exit_code = print_keys(*options); });
}

}  // namespace airspool::cli
