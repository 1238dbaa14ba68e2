// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include <nlohmann/json.hpp>

#include <airspool/collector/chain_status.h>

namespace airspool::collector {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<Light, 4> kLights{Light::kGreen, Light::kGrey, Light::kAmber, Light::kRed};

Light light_of(const std::string& word) {
  const auto* found =
      std::find_if(kLights.begin(), kLights.end(), [&](Light light) { return word == to_string(light); });
  return found == kLights.end() ? Light::kGrey : *found;
}

std::string text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

const char* colour_of(Light light) {
  switch (light) {
    case Light::kGreen:
      return "\033[32m";
    case Light::kGrey:
      return "\033[90m";
    case Light::kAmber:
      return "\033[33m";
    case Light::kRed:
      break;
  }
  return "\033[31m";
}

// Without colours the word has to do.
const char* word_of(Light light) {
  switch (light) {
    case Light::kGreen:
      return "ok  ";
    case Light::kGrey:
      return "-   ";
    case Light::kAmber:
      return "look";
    case Light::kRed:
      break;
  }
  return "BAD ";
}

std::string uptime_text(std::int64_t seconds) {
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  if (seconds < 172'800) return std::to_string(seconds / 3600) + " h " + std::to_string(seconds / 60 % 60) + " min";
  return std::to_string(seconds / 86'400) + " d " + std::to_string(seconds / 3600 % 24) + " h";
}

// What another process says goes to a terminal: no control characters.
std::string plain(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = '?';
  }
  return text;
}

}  // namespace

const char* to_string(Light light) {
  switch (light) {
    case Light::kGreen:
      return "green";
    case Light::kGrey:
      return "grey";
    case Light::kAmber:
      return "amber";
    case Light::kRed:
      break;
  }
  return "red";
}

Light ChainStatus::worst() const {
  Light worst = Light::kGreen;
  for (const StatusLine& line : lines) {
    if (line.light != Light::kGrey) worst = std::max(worst, line.light);
  }
  return worst;
}

std::string to_json(const ChainStatus& status) {
  Json lines = Json::array();
  for (const StatusLine& line : status.lines) {
    Json one{{"part", line.part}, {"light", to_string(line.light)}, {"text", line.text}};
    if (!line.next.empty()) one["next"] = line.next;
    Json numbers = Json::object();
    for (const auto& [name, value] : line.numbers) numbers[name] = value;
    one["numbers"] = std::move(numbers);
    lines.push_back(std::move(one));
  }
  return Json{{"schema", 1},
              {"station", status.station},
              {"version", status.version},
              {"uptime_s", status.uptime_s},
              {"light", to_string(status.worst())},
              {"lines", std::move(lines)}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<ChainStatus> chain_status_from_json(std::string_view text) {
  const Json object = Json::parse(text, nullptr, false);
  if (!object.is_object()) return fail(ErrorCode::kInvalidData, "the collector's state is not a JSON object");
  ChainStatus status;
  status.station = text_in(object, "station");
  status.version = text_in(object, "version");
  if (const auto up = object.find("uptime_s"); up != object.end() && up->is_number_integer()) {
    status.uptime_s = up->get<std::int64_t>();
  }
  const auto lines = object.find("lines");
  if (lines == object.end() || !lines->is_array()) return status;
  for (const Json& one : *lines) {
    if (!one.is_object()) continue;
    StatusLine& line = status.lines.emplace_back();
    line.part = text_in(one, "part");
    line.light = light_of(text_in(one, "light"));
    line.text = text_in(one, "text");
    line.next = text_in(one, "next");
    const auto numbers = one.find("numbers");
    if (numbers == one.end() || !numbers->is_object()) continue;
    for (const auto& [name, value] : numbers->items()) {
      if (value.is_number()) line.numbers.emplace_back(name, value.get<double>());
    }
  }
  return status;
}

std::string to_text(const ChainStatus& status, bool colour) {
  std::string out = "airspool " + plain(status.version) + ", station " + plain(status.station) + ", up " +
                    uptime_text(status.uptime_s) + "\n";
  std::vector<const StatusLine*> lines;
  lines.reserve(status.lines.size());
  for (const StatusLine& line : status.lines) lines.push_back(&line);
  const auto rank = [](const StatusLine* line) {
    return line->light == Light::kRed ? 0 : line->light == Light::kAmber ? 1 : 2;
  };
  std::stable_sort(lines.begin(), lines.end(),
                   [&](const StatusLine* a, const StatusLine* b) { return rank(a) < rank(b); });
  for (const StatusLine* line : lines) {
    const std::string word = word_of(line->light);
    out += "  " + (colour ? colour_of(line->light) + word + "\033[0m" : word) + "  ";
    std::string part = plain(line->part);
    part.resize(std::max<std::size_t>(part.size() + 1, 12), ' ');
    out += part + plain(line->text) + '\n';
    if (!line->next.empty()) out += "                    -> " + plain(line->next) + '\n';
  }
  return out;
}

}  // namespace airspool::collector
