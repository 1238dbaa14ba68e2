// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "cli/documents.h"

namespace airspool::cli {
namespace {

int write(const std::string& text, const std::string& file) {
  if (file.empty()) {
    std::cout << text;
    return 0;
  }
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!(out << text).flush()) return report({ErrorCode::kIo, file + ": cannot be written"});
  return 0;
}

}  // namespace

// For the build of a package, not for people: hidden from --help.
void add_docs(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("docs", "Write the manual pages and the completion that are installed");
  command->group("");
  command->require_subcommand(1);
  auto file = std::make_shared<std::string>();
  const auto add = [&](const char* name, const char* what, const std::function<std::string()>& text) {
    CLI::App* one = command->add_subcommand(name, what);
    one->add_option("--output", *file, "Write to this file instead of standard output");
    one->callback([file, text, &exit_code] { exit_code = write(text(), *file); });
  };
  add("man", "airspool(1)", [&app] { return manual_of_program(app); });
  add("man-config", "airspool.toml(5)", [] { return manual_of_configuration(); });
  add("completion", "For bash", [&app] { return completion_for_bash(app); });
}

}  // namespace airspool::cli
