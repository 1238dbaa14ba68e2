// SPDX-License-Identifier: Apache-2.0
#include "cli/config_layers.h"

#include <iostream>

#include <CLI/CLI.hpp>
#include <unistd.h>

namespace airspool::cli {

void ConfigLayers::add_to(CLI::App& command) {
  command.add_option("--config", file_, "The file to read; default " + std::string(config::kDefaultFile))
      ->type_name("FILE");
  command
      .add_option("--set", sets_,
                  "Override one key, as often as you like: --set radio.gain=38.6, --set sink.NAME.topic=t")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

void ConfigLayers::add_classic_to(CLI::App& command) {
  for (const config::ClassicOption& classic : config::classic_options()) {
    const std::string option(classic.option);
    const std::string help = std::string(classic.doc) + " (" + std::string(classic.key) + ")";
    if (classic.value.empty()) {
      command.add_option(option, classic_values_[option], help);
    } else {
      const auto remember = [this, option, value = std::string(classic.value)](std::int64_t) {
        classic_values_[option] = value;
      };
      command.add_flag_function(option, remember, help);
    }
  }
}

config::LoadResult ConfigLayers::load() const {
  config::LoadResult loaded = load_quietly();
  if (!loaded) std::cerr << loaded.error().text();
  return loaded;
}

config::LoadResult ConfigLayers::load_quietly() const {
  config::LoadRequest request;
  if (!file_.empty()) request.file = file_;
  request.board = config::recognise_board();
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    request.environment.emplace_back(*variable);
  }
  for (const auto& [option, value] : classic_values_) {
    if (value.empty()) continue;
    if (auto setting = config::classic_setting(option, value)) request.settings.push_back(std::move(*setting));
  }
  for (const std::string& assignment : sets_) request.settings.push_back({"--set", assignment});
  return config::load(request);
}

}  // namespace airspool::cli
