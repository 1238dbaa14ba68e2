// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <iostream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <signal.h>

#include <airspool/collector/chain_check.h>
#include <airspool/collector/check.h>
#include <airspool/collector/radio_check.h>
#include <airspool/collector/uplink_check.h>
#include <airspool/core/log.h>

#include "cli/check_printer.h"
#include "cli/commands.h"
#include "cli/config_layers.h"
#include "cli/service_secrets.h"

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

// Everything that is wrong with the files, as steps; nothing when there is nothing.
collector::PartCheck check_configuration(const config::LoadResult& loaded,
                                         const std::function<void(const collector::PartCheck&)>& on_step) {
  collector::PartCheck part{"configuration", {}, true};
  const auto note = [&](CheckState state, std::string detail, std::string next) {
    part.note({"keys", state, std::move(detail), std::move(next)});
    on_step(part);
  };
  if (!loaded) {
    for (const config::Diagnostic& wrong : loaded.error().list) note(CheckState::kFailed, wrong.text(), "");
    return part;
  }
  for (const Error& error : collector::check(loaded->config)) note(CheckState::kFailed, error.message, "");
  for (std::string& sentence : config::cautions(loaded->config)) {
    note(CheckState::kWarning, std::move(sentence), "");
  }
  if (!part.good) return part;
  std::string files;
  for (const std::string& file : loaded->files) files += (files.empty() ? "" : ", ") + file;
  note(CheckState::kGood,
       files.empty() ? "built-in defaults: " + std::string(config::kDefaultFile) + " does not exist" : files,
       files.empty() ? "'airspool setup' makes one" : "");
  return part;
}

Result<std::vector<collector::SinkCheck>> check_sinks(const config::Config& config, CheckOptions& options,
                                                      const Clock& clock, CheckPrinter& printer) {
  options.uplink.write = !options.no_write;
  options.uplink.patience = std::chrono::seconds(options.patience_s);
  return collector::check_uplink(config, options.uplink, clock, [&](const collector::SinkCheck& sink) {
    if (!options.json) printer.take(sink);
  });
}

bool all_good(const std::vector<collector::SinkCheck>& checks) {
  return std::all_of(checks.begin(), checks.end(), [](const collector::SinkCheck& check) { return check.good; });
}

constexpr const char* kNoSink =
    "no [[sink]] is configured: nothing leaves this machine ('airspool config keys sink' shows how)\n";

Result<int> check_uplink(CheckOptions& options) {
  config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  ServiceSecrets().resolve(loaded->config);
  log::set_level(log::Level::kError);  // the steps say it better
  const SystemClock clock;
  CheckPrinter printer;
  const auto checks = check_sinks(loaded->config, options, clock, printer);
  if (!checks) return tl::unexpected(checks.error());
  const bool good = all_good(*checks);
  if (options.json) {
    std::cout << collector::to_json(*checks) << '\n';
  } else if (checks->empty()) {
    std::cout << kNoSink;
  } else {
    std::cout << (good ? "\ngood: every sink takes what it is given\n" : "\nnot good: mend the first FAIL of a sink\n");
  }
  return good ? 0 : kSomethingFailed;
}

Result<int> check_all(CheckOptions& options) {
  log::set_level(log::Level::kError);
  ::signal(SIGPIPE, SIG_IGN);  // a server that goes away is told by the write
  const SystemClock clock;
  CheckPrinter printer;
  const auto print = [&](const collector::PartCheck& part) {
    if (!options.json) printer.take(part);
  };
  config::LoadResult loaded = options.layers.load_quietly();
  if (loaded) ServiceSecrets().resolve(loaded->config);
  std::vector<collector::PartCheck> parts{check_configuration(loaded, print)};
  std::vector<collector::SinkCheck> sinks;
  const bool configured = parts.front().good;
  if (configured) {
    auto chain = collector::check_chain(loaded->config, clock, print);
    std::move(chain.begin(), chain.end(), std::back_inserter(parts));
    auto checks = check_sinks(loaded->config, options, clock, printer);
    if (!checks) return tl::unexpected(checks.error());
    sinks = std::move(*checks);
  }
  const bool good = all_good(sinks) &&
                    std::all_of(parts.begin(), parts.end(), [](const collector::PartCheck& part) { return part.good; });
  if (options.json) {
    std::cout << collector::to_json(parts, sinks) << '\n';
  } else {
    if (configured && sinks.empty()) std::cout << '\n' << kNoSink;
    std::cout << (good ? "\ngood: 'airspool run' has what it needs\n" : "\nnot good: mend the first FAIL\n");
  }
  if (!configured) return exit_status(ErrorCode::kConfig);
  return good ? 0 : kSomethingFailed;
}

void add_options(CLI::App& command, const std::shared_ptr<CheckOptions>& options) {
  options->layers.add_to(command);
  command.add_flag("--json", options->json, "Print one JSON object when all is done");
  command.add_flag("--no-write", options->no_write, "Send no test message: the permission to write stays unknown");
  command.add_option("--patience", options->patience_s, "Seconds that one step of a sink may take")
      ->check(CLI::Range(1, 300))
      ->capture_default_str();
}

int check_radio(const CheckOptions& options) {
  const config::LoadResult loaded = options.layers.load();
  if (!loaded) return exit_status(ErrorCode::kConfig);
  log::set_level(log::Level::kError);
  std::vector<CheckStep> steps;
  CheckPrinter printer;
  const bool good = collector::check_radio(loaded->config, [&](const CheckStep& step) {
    steps.push_back(step);
    if (!options.json) printer.take(step);
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
  CLI::App* command = app.add_subcommand("check", "Try everything that 'run' needs, and say what is wrong with it");
  command->require_subcommand(0, 1);
  auto all = std::make_shared<CheckOptions>();
  add_options(*command, all);
  command->footer(
      "\nGoes with the stream: configuration, clock, disk, radio, OpenSky, spool, sinks; what fails comes with what "
      "to\n"
      "do next. It works while the collector runs and while not, asks OpenSky once (one credit), and sends each sink\n"
      "one test message ('airspool check uplink --help').\n"
      "Exit status 0: all is good; 1: something failed; 78: the configuration is wrong.");
  command->callback([all, command, &exit_code] {
    if (!command->get_subcommands().empty()) return;
    const Result<int> done = check_all(*all);
    exit_code = done ? *done : report(done.error());
  });

  add_radio_check(*command, exit_code);
  auto options = std::make_shared<CheckOptions>();
  CLI::App* uplink = command->add_subcommand("uplink", "Check every sink: name, connection, TLS, login, permission");
  add_options(*uplink, options);
  uplink->add_option("--sink", options->uplink.only, "Only the sink of this name");
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
