// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <variant>

#include <airspool/config/load.h>

#include "apply.h"
#include "assignment.h"
#include "cross_check.h"
#include "document.h"
#include "draft.h"
#include "read_file.h"

namespace airspool::config {
namespace {

LoadResult finish(Draft& draft, std::string_view file, const std::vector<Setting>& settings) {
  name_sinks(draft);
  apply_settings(settings, draft);
  name_sinks(draft);
  settle(draft);
  cross_check(draft);
  if (!draft.diagnostics.empty()) return tl::make_unexpected(draft.take_diagnostics());
  return Loaded{std::move(draft.config), std::move(draft.origins), std::string(file)};
}

Diagnostics only(std::string_view source, Place place, std::string message) {
  return {{{std::string(source), place.line, place.column, std::move(message)}}, 0};
}

}  // namespace

const std::vector<ClassicOption>& classic_options() {
  static const std::vector<ClassicOption> kOptions{
      {"--lat", "station.lat", "", "Latitude of the antenna in degrees"},
      {"--lon", "station.lon", "", "Longitude of the antenna in degrees"},
      {"--gain", "radio.gain", "", "Tuner gain in dB, or auto, or agc"},
      {"--ppm", "radio.ppm", "", "Frequency correction of the dongle"},
      {"--device", "radio.device", "", "Serial number or index of the dongle"},
      {"--quiet", "log.level", "warning", "Log only warnings and errors"},
  };
  return kOptions;
}

std::optional<Setting> classic_setting(std::string_view option, std::string_view value) {
  for (const ClassicOption& classic : classic_options()) {
    if (classic.option != option) continue;
    const std::string_view used = classic.value.empty() ? value : classic.value;
    return Setting{std::string(option), std::string(classic.key) + "=" + std::string(used)};
  }
  return std::nullopt;
}

LoadResult load(const LoadRequest& request) {
  const std::string& path = request.file ? *request.file : request.default_file;
  const Result<std::string> content = read_file(path);
  if (content) return load_text(*content, path, request.settings);
  if (!request.file && content.error().code == ErrorCode::kNotFound) {
    Draft draft;
    return finish(draft, "", request.settings);
  }
  return tl::make_unexpected(only(path, {}, content.error().message));
}

LoadResult load_text(std::string_view text, std::string_view name, const std::vector<Setting>& settings) {
  if (text.size() > kMaxFileBytes) return tl::make_unexpected(only(name, {}, "the text is too large"));
  const auto parsed = parse_document(text);
  if (const Complaint* complaint = std::get_if<Complaint>(&parsed)) {
    return tl::make_unexpected(only(name, complaint->place, complaint->message));
  }
  Draft draft;
  const Source source{Origin::Layer::kFile, std::string(name), std::string(name)};
  apply_document(std::get<Node>(parsed), source, draft);
  return finish(draft, name, settings);
}

}  // namespace airspool::config
