// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <sysexits.h>

#include "cli/commands.h"

namespace airspool::cli {

int report(const Error& error) {
  std::cerr << "airspool: " << error.message << '\n';
  return exit_status(error.code);
}

namespace {

bool is_command(const CLI::App& app, std::string_view name) {
  const auto commands = app.get_subcommands([name](const CLI::App* command) { return command->get_name() == name; });
  return !commands.empty();
}

int run(int argc, char** argv) {
  CLI::App app{
      "airspool: hears aircraft on 1090 MHz and forwards what they say.\n"
      "To try it: 'airspool run --set radio.source=sim --set spool.path=./spool.db' collects a simulated sky,\n"
      "'airspool replay FILE' decodes a recording, 'airspool decode HEX' explains one message.",
      "airspool"};
  app.require_subcommand(1);
  app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
    return "airspool: " + std::string(error.what()) + "\nTry '" + failed->get_name() + " --help'.\n";
  });

  int exit_code = 0;
  add_setup(app, exit_code);
  add_run(app, exit_code);
  add_replay(app, exit_code);
  add_decode(app, exit_code);
  add_status(app, exit_code);
  add_spool(app, exit_code);
  add_radio(app, exit_code);
  add_check(app, exit_code);
  add_config(app, exit_code);
  add_docs(app, exit_code);
  add_version(app, exit_code);

  // CLI11 would only say that a subcommand is missing.
  if (argc > 1 && argv[1][0] != '-' && !is_command(app, argv[1])) {
    return report(
        {ErrorCode::kUsage, "no command is named '" + std::string(argv[1]) + "'; 'airspool --help' lists them"});
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // --help is a "parse error" with status 0; everything else is a wrong command line.
    return app.exit(error) == 0 ? 0 : EX_USAGE;
  }
  return exit_code;
}

}  // namespace
}  // namespace airspool::cli

int main(int argc, char** argv) {
  try {
    return airspool::cli::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "airspool: internal error: %s (please report it)\n", error.what());
    return EX_SOFTWARE;
  }
}
