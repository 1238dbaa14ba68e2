// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace airspool::cli {
namespace {

// What this program can do that a build may leave out, and the licence that follows from it.
void print(bool features) {
  std::cout << "airspool " AIRSPOOL_VERSION "\n";
  if (features) {
    std::cout << "mqtt    " << (AIRSPOOL_HAVE_MQTT ? "yes" : "no (built without it)") << "\n"
              << "kafka   " << (AIRSPOOL_HAVE_KAFKA ? "yes" : "no (built without it)") << "\n"
              << "rtlsdr  " << (AIRSPOOL_HAVE_RTLSDR ? "yes" : "no (built without it)") << "\n";
  }
  std::cout << "Licence: "
            << (AIRSPOOL_HAVE_RTLSDR ? "Apache-2.0; with librtlsdr in it as a whole GPL-3.0-or-later" : "Apache-2.0")
            << '\n';
}

}  // namespace

void add_version(CLI::App& app, int& /*exit_code*/) {
  CLI::App* command = app.add_subcommand("version", "Print the version and the licence");
  auto features = std::make_shared<bool>(false);
  command->add_flag("--features", *features, "Also what this build contains");
  command->callback([features] { print(*features); });
}

}  // namespace airspool::cli
