// SPDX-License-Identifier: Apache-2.0
#include <iostream>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace airspool::cli {

void add_version(CLI::App& app, int& /*exit_code*/) {
  app.add_subcommand("version", "Print the version and the licence")->callback([] {
    std::cout << "airspool " AIRSPOOL_VERSION "\nLicence: Apache-2.0\n";
  });
}

}  // namespace airspool::cli
