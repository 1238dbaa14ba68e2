// SPDX-License-Identifier: Apache-2.0
#include "environment.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "suggest.h"
#include "table.h"
#include "text.h"

namespace airspool::config {
namespace {

constexpr std::string_view kPrefix = "AIRSPOOL_";
constexpr std::string_view kBetween = "__";  // where a path has a dot
constexpr std::string_view kSink = "sink.";
constexpr std::string_view kProperties = "properties.";

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::string without_hyphens(std::string_view name) {
  std::string out = lower(name);
  std::replace(out.begin(), out.end(), '-', '_');
  return out;
}

// "radio.poll_interval_s" -> "AIRSPOOL_RADIO__POLL_INTERVAL_S".
std::string variable_for(std::string_view path) {
  std::string out(path);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  replace_all(out, ".", kBetween);
  return std::string(kPrefix) + out;
}

// A variable's name taken apart: "radio.gain", or "topic" of the sink "lake".
struct Meaning {
  std::string path;    // in the words of the table of keys: "radio.gain", "sink[].topic", "sink[].properties.*"
  std::string key;     // as --set has it: "radio.gain", "sink.lake.topic"
  std::string before;  // of a sink's keys: "sink.lake."
};

Meaning meaning_of(std::string_view name, const Draft& draft) {
  std::string path = lower(name.substr(kPrefix.size()));
  replace_all(path, kBetween, ".");
  const std::size_t dot = path.find('.', kSink.size());
  if (!path.starts_with(kSink) || dot == std::string::npos) return {path, path, ""};
  std::string sink = path.substr(kSink.size(), dot - kSink.size());
  for (const Sink& known : draft.config.sinks) {
    if (without_hyphens(known.name) == sink) sink = known.name;
  }
  std::string key = path.substr(dot + 1);
  const std::string before = std::string(kSink) + sink + ".";
  if (key.starts_with(kProperties)) {
    std::replace(key.begin(), key.end(), '_', '.');
    return {"sink[].properties.*", before + key, before};
  }
  return {"sink[]." + key, before + key, before};
}

// The variable that was most likely meant.
std::string suggestion(const Meaning& meaning) {
  std::vector<std::string_view> candidates;
  std::string_view wanted = meaning.path;
  constexpr std::string_view kInSink = "sink[].";
  const bool in_sink = wanted.starts_with(kInSink);
  if (in_sink) wanted.remove_prefix(kInSink.size());
  for (const Row& row : table()) {
    const bool is_sinks = row.path.starts_with(kInSink);
    if (is_sinks != in_sink || row.path.ends_with(".*") || (!is_sinks && row.path.find("[]") != std::string_view::npos))
      continue;
    candidates.push_back(is_sinks ? row.path.substr(kInSink.size()) : row.path);
  }
  const auto near = nearest(wanted, candidates);
  if (!near) return "; 'airspool config keys' lists all keys";
  return "; did you mean " + variable_for((in_sink ? meaning.before : "") + std::string(*near)) + "?";
}

}  // namespace

std::vector<Setting> environment_settings(std::vector<std::string> environment, Draft& draft) {
  std::sort(environment.begin(), environment.end());
  std::vector<Setting> settings;
  for (const std::string& entry : environment) {
    const std::string_view name = std::string_view(entry).substr(0, entry.find('='));
    if (name.size() == entry.size() || !name.starts_with(kPrefix)) continue;
    if (name.find(kBetween, kPrefix.size()) == std::string_view::npos) continue;
    const std::string shown = printable(name, 128);
    const Meaning meaning = meaning_of(name, draft);
    if (find_row(meaning.path) == nullptr && find_list(meaning.path) == nullptr) {
      const Source source{Origin::Layer::kEnvironment, shown, shown};
      draft.complain(source, {}, "no key has this name" + suggestion(meaning));
      continue;
    }
    settings.push_back({shown, meaning.key + entry.substr(name.size())});
  }
  return settings;
}

}  // namespace airspool::config
