// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/CLI.hpp>

#include <airspool/collector/radio_check.h>
#include <airspool/collector/uplink_check.h>
#include <airspool/core/log.h>

#include "cli/commands.h"
#include "cli/config_layers.h"

namespace airspool::cli {
namespace {

constexpr int kSomethingFailed = 1;

struct CheckOptions {
  ConfigLayers layers;
  collector::UplinkCheckOptions uplink;
  bool json = false;
  bool no_write = false;
  int patience_s = 15;
};

std::string_view word_of(CheckState state) {
  switch (state) {
    case CheckState::kGood:
      return "  ok    ";
    case CheckState::kWarning:
      return "  look  ";
    case CheckState::kFailed:
      return "  FAIL  ";
    case CheckState::kSkipped:
      break;
  }
  return "  -     ";
}

// One line, and the next step to take below it.
void print(const CheckStep& step) {
  std::cout << word_of(step.state) << step.step << std::string(12 - std::min<std::size_t>(step.step.size(), 11), ' ')
            << step.detail << '\n';
  if (!step.next.empty()) std::cout << "          -> " << step.next << '\n';
  std::cout.flush();
}

// Prints steps as they come.
class Printer {
 public:
  void take(const collector::SinkCheck& check) {
    if (check.sink != sink_) {
      std::cout << (sink_.empty() ? "" : "\n") << "sink \"" << check.sink << "\" (" << check.type << ")\n";
      sink_ = check.sink;
      target_.clear();
    }
    const auto& [target, step] = check.steps.back();
    if (!target.empty() && target != target_) std::cout << "  " << target << '\n';
    target_ = target;
    print(step);
  }

 private:
  std::string sink_;
  std::string target_;
};

Result<int> check_uplink(CheckOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  options.uplink.write = !options.no_write;
  options.uplink.patience = std::chrono::seconds(options.patience_s);
  log::set_level(log::Level::kError);  // the steps say it better
  const SystemClock clock;
  Printer printer;
  const auto checks = collector::check_uplink(loaded->config, options.uplink, clock, [&](const auto& check) {
    if (!options.json) printer.take(check);
  });
  if (!checks) return tl::unexpected(checks.error());
  bool good = true;
  for (const collector::SinkCheck& check : *checks) good = good && check.good;
  if (options.json) {
    std::cout << collector::to_json(*checks) << '\n';
  } else if (checks->empty()) {
    std::cout << "no [[sink]] is configured: nothing leaves this machine ('airspool config keys sink' shows how)\n";
  } else {
    std::cout << (good ? "\ngood: every sink takes what it is given\n" : "\nnot good: mend the first FAIL of a sink\n");
  }
  return good ? 0 : kSomethingFailed;
}

int check_radio(const CheckOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  log::set_level(log::Level::kError);
  std::vector<CheckStep> steps;
  const bool good = collector::check_radio(loaded->config, [&](const CheckStep& step) {
    steps.push_back(step);
    if (!options.json) print(step);
  });
  if (options.json) {
    std::cout << collector::to_json(steps) << '\n';
  } else {
    std::cout << (good ? "\ngood: the dongle works\n" : "\nnot good: mend the FAIL\n");
  }
  return good ? 0 : kSomethingFailed;
}

void add_radio_check(CLI::App& check, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* radio = check.add_subcommand("radio", "Check the dongle: USB, driver, permission, samples, noise, gain");
  options->layers.add_to(*radio);
  options->layers.add_classic_to(*radio);
  radio->add_flag("--json", options->json, "Print one JSON object when all is done");
  radio->footer(
      "\nLooks which dongles are plugged in and who has them, then opens the one that is configured and listens for\n"
      "two seconds. A collector that has the dongle is not disturbed, and said to have it.\n"
      "  airspool check radio --device 00000001 --gain 38.6\n"
      "Exit status 0: all is good; 1: something failed; 78: the configuration is wrong.");
  radio->callback([options, &exit_code] { exit_code = check_radio(*options); });
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("check", "Try the antenna and the ways to the outside, and say what is wrong");
  command->require_subcommand(1);
  add_radio_check(*command, exit_code);
  auto options = std::make_shared<CheckOptions>();
  CLI::App* uplink = command->add_subcommand("uplink", "Check every sink: name, connection, TLS, login, permission");
  options->layers.add_to(*uplink);
  uplink->add_option("--sink", options->uplink.only, "Only the sink of this name");
  uplink->add_flag("--json", options->json, "Print one JSON object when all is done");
  uplink->add_flag("--no-write", options->no_write, "Send no test message: the permission to write stays unknown");
  uplink->add_option("--patience", options->patience_s, "Seconds that one step may take")
      ->check(CLI::Range(1, 300))
      ->capture_default_str();
  uplink->footer(
      "\nGoes step by step from here to each sink and stops at the first step that fails, with what to do next.\n"
      "It needs no spool and does not disturb a collector that runs. The test message is one line,\n"
      "{\"schema\":1,\"kind\":\"check\",...}, on the sink's own topic: who reads records skips kinds that it does not "
      "know.\n"
      "  airspool check uplink --config my.toml --sink lake\n"
      "Exit status 0: all is good; 1: something failed; 78: the configuration is wrong.");
  uplink->callback([options, &exit_code] {
    const Result<int> done = check_uplink(*options);
    exit_code = done ? *done : report(done.error());
  });
}

}  // namespace airspool::cli
