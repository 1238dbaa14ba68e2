// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <nlohmann/json.hpp>

#include <airspool/collector/chain_check.h>
#include <airspool/collector/uplink_check.h>

namespace airspool::collector {
namespace {

using nlohmann::ordered_json;

ordered_json json_of(const CheckStep& step, const std::string& target) {
  ordered_json one = {{"step", step.step}, {"state", to_string(step.state)}, {"detail", step.detail}};
  if (!target.empty()) one["target"] = target;
  if (!step.next.empty()) one["next"] = step.next;
  return one;
}

ordered_json json_of(const std::vector<SinkCheck>& checks) {
  ordered_json sinks = ordered_json::array();
  for (const SinkCheck& check : checks) {
    ordered_json steps = ordered_json::array();
    for (const auto& [target, step] : check.steps) steps.push_back(json_of(step, target));
    sinks.push_back({{"name", check.sink}, {"type", check.type}, {"good", check.good}, {"steps", std::move(steps)}});
  }
  return sinks;
}

std::string text_of(const ordered_json& all) { return all.dump(2, ' ', false, ordered_json::error_handler_t::replace); }

bool all_good(const std::vector<SinkCheck>& sinks) {
  return std::all_of(sinks.begin(), sinks.end(), [](const SinkCheck& check) { return check.good; });
}

}  // namespace

std::string to_json(const std::vector<SinkCheck>& checks) {
  return text_of({{"good", all_good(checks)}, {"sinks", json_of(checks)}});
}

std::string to_json(const std::vector<PartCheck>& parts, const std::vector<SinkCheck>& sinks) {
  ordered_json list = ordered_json::array();
  bool good = all_good(sinks);
  for (const PartCheck& check : parts) {
    ordered_json steps = ordered_json::array();
    for (const CheckStep& step : check.steps) steps.push_back(json_of(step, ""));
    list.push_back({{"name", check.part}, {"good", check.good}, {"steps", std::move(steps)}});
    good = good && check.good;
  }
  return text_of({{"good", good}, {"parts", std::move(list)}, {"sinks", json_of(sinks)}});
}

}  // namespace airspool::collector
