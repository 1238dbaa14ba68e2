// SPDX-License-Identifier: Apache-2.0
#include "gain_command.h"

#include <utility>

#include <nlohmann/json.hpp>

#include <airspool/collector/control.h>
#include <airspool/collector/gain.h>

namespace airspool::collector {

Result<std::string> answer_gain(radio::GainControl* gain, std::string_view arguments) {
  using nlohmann::ordered_json;
  if (gain == nullptr) {
    return fail(ErrorCode::kUnavailable, "the collector that runs has no tuner: radio.source is no dongle");
  }
  const auto asked = nlohmann::json::parse(arguments, nullptr, false);
  if (!asked.is_object() || (asked.contains("gain") && !asked["gain"].is_string())) {
    return fail(ErrorCode::kUsage, R"(radio.gain takes {"gain":"38.6"}, "auto" or "agc")");
  }
  std::string said;
  if (asked.contains("gain")) {
    const auto choice = radio::parse_gain(asked["gain"].get<std::string>());
    if (!choice) return tl::unexpected(choice.error());
    auto chosen = gain->choose(*choice);
    if (!chosen) return tl::unexpected(chosen.error());
    said = std::move(*chosen);
  }
  const radio::GainState state = gain->state();
  ordered_json answer{{"wanted", to_string(state.wanted)}};
  if (state.gain_db) answer["gain_db"] = *state.gain_db;
  answer["reason"] = said.empty() ? state.reason : said;
  return answer.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

Result<GainAnswer> ask_gain(const std::string& control_path, const std::string& gain) {
  const nlohmann::json arguments = gain.empty() ? nlohmann::json::object() : nlohmann::json{{"gain", gain}};
  const auto told =
      ask_control(control_path, kGainCommand, arguments.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
  if (!told) return tl::unexpected(told.error());
  const auto parsed = nlohmann::json::parse(*told, nullptr, false);
  const auto is_text = [&](const char* key) { return parsed.contains(key) && parsed[key].is_string(); };
  if (!parsed.is_object() || !is_text("wanted") || !is_text("reason")) {
    return fail(ErrorCode::kInvalidData, control_path + ": the collector's answer makes no sense; is it an older one?");
  }
  GainAnswer answer{parsed["wanted"], std::nullopt, parsed["reason"]};
  if (parsed.contains("gain_db") && parsed["gain_db"].is_number()) answer.gain_db = parsed["gain_db"].get<double>();
  return answer;
}

}  // namespace airspool::collector
