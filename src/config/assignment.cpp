// SPDX-License-Identifier: Apache-2.0
#include "assignment.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "apply.h"
#include "redact.h"
#include "suggest.h"
#include "table.h"
#include "text.h"
#include "value.h"

namespace airspool::config {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "sink.<name>.<key>" taken apart; nothing for other keys.
struct SinkKey {
  std::string_view name;
  std::string_view key;
};
std::optional<SinkKey> sink_key(std::string_view key) {
  constexpr std::string_view kPrefix = "sink.";
  if (!key.starts_with(kPrefix)) return std::nullopt;
  key.remove_prefix(kPrefix.size());
  const std::size_t dot = key.find('.');
  return SinkKey{key.substr(0, dot), dot == std::string_view::npos ? std::string_view{} : key.substr(dot + 1)};
}

constexpr std::string_view kProperties = "properties.";

// The row that `key` means, as written on the command line.
const Row* row_of(std::string_view key) {
  const auto in_sink = sink_key(key);
  if (!in_sink) return find_row(key);
  if (in_sink->key.starts_with(kProperties)) return find_row("sink[].properties.*");
  return find_row("sink[]." + std::string(in_sink->key));
}

Node text_node(std::string_view text) {
  Node node;
  node.kind = Node::Kind::kText;
  node.text = text;
  return node;
}

// `text` read as one TOML value; nothing when it is none.
std::optional<Node> toml_value(std::string_view text) {
  auto parsed = parse_document("value = " + std::string(text));
  Node* document = std::get_if<Node>(&parsed);
  if (document == nullptr || document->entries.size() != 1 || document->entries.front().key != "value") {
    return std::nullopt;
  }
  return std::move(document->entries.front().value);
}

// People write `--set radio.gain=auto` and `--set sink.lake.brokers=a:9092,b:9092`, not TOML with quotes inside quotes.
Node value_node(const Row* row, std::string_view text) {
  const bool is_quoted = text.starts_with('"') || text.starts_with('\'');
  if (row != nullptr && takes_plain_text(*row) && !is_quoted) return text_node(text);
  if (row != nullptr && takes_list(*row) && !text.starts_with('[')) {
    Node list;
    list.kind = Node::Kind::kList;
    while (!text.empty()) {
      const std::size_t comma = text.find(',');
      list.items.push_back(text_node(trimmed(text.substr(0, comma))));
      text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return list;
  }
  if (auto node = toml_value(text)) return std::move(*node);
  return text_node(text);
}

// Wraps the value into the tables that `key` names: "a.b" = v becomes { a = { b = v } }.
Node nested(std::string_view key, Node value) {
  Node table;
  const bool properties = key.starts_with(kProperties);
  const std::size_t dot = key.find('.');
  if (dot == std::string_view::npos) {
    table.entries.push_back({std::string(key), {}, std::move(value)});
    return table;
  }
  const std::string_view rest = key.substr(dot + 1);
  if (properties) {
    Node free_names;
    free_names.entries.push_back({std::string(rest), {}, std::move(value)});
    table.entries.push_back({std::string(key.substr(0, dot)), {}, std::move(free_names)});
  } else {
    table.entries.push_back({std::string(key.substr(0, dot)), {}, nested(rest, std::move(value))});
  }
  return table;
}

bool gives_type_of(const Setting& setting, std::string_view sink) {
  const std::string_view key = trimmed(std::string_view(setting.assignment).substr(0, setting.assignment.find('=')));
  const auto in_sink = sink_key(key);
  return in_sink && in_sink->name == sink && in_sink->key == "type";
}

class Settings {
 public:
  Settings(const std::vector<Setting>& settings, Origin::Layer layer, Draft& draft)
      : settings_(settings), layer_(layer), draft_(draft) {}

  void apply(const Setting& setting) {
    const std::string_view text = setting.assignment;
    const std::size_t equals = text.find('=');
    const std::string_view key = trimmed(text.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      const Source source{layer_, setting.option, setting.option + " " + printable(key, 64)};
      draft_.complain(source, {}, "write section.key=value, such as radio.gain=auto");
      return;
    }
    const std::string_view value = trimmed(text.substr(equals + 1));
    const Row* row = row_of(key);
    const Source source{layer_, setting.option, as_given(setting, key, value, row)};
    if (!is_utf8(text)) {
      draft_.complain(source, {}, "the value is not UTF-8, which names and paths here must be");
    } else if (std::count(key.begin(), key.end(), '.') >= kMaxParts) {
      draft_.complain(source, {}, "no key has that many parts");
    } else if (const auto in_sink = sink_key(key)) {
      apply_to_named_sink(*in_sink, value_node(row, value), source);
    } else if (key.starts_with("input.") || key.starts_with("output.")) {
      const std::string list(key.substr(0, key.find('.')));
      draft_.complain(
          source, {},
          list + "s have no names; write [[" + list + "]] in the file, or replace them all: " + list + "=[{ ... }]");
    } else {
      apply_document(nested(key, value_node(row, value)), source, draft_);
    }
  }

 private:
  static constexpr int kMaxParts = 32;

  // A variable, or an option of its own name, is quoted as it was typed, not as the key it stands for.
  [[nodiscard]] std::string as_given(const Setting& setting, std::string_view key, std::string_view value,
                                     const Row* row) const {
    const std::string assignment = redact_assignment(key, value, row);
    if (layer_ == Origin::Layer::kEnvironment) return setting.option + assignment.substr(assignment.find('='));
    if (setting.option == "--set") return "--set " + assignment;
    return setting.option + " " + printable(redact_url(value), 64);
  }

  void apply_to_named_sink(const SinkKey& in_sink, Node value, const Source& source) {
    if (in_sink.key.empty()) {
      draft_.complain(source, {}, "name a key of the sink: sink." + printable(in_sink.name, 64) + ".KEY=VALUE");
      return;
    }
    auto& sinks = draft_.config.sinks;
    const auto found =
        std::find_if(sinks.begin(), sinks.end(), [&](const Sink& sink) { return sink.name == in_sink.name; });
    const auto index = static_cast<std::size_t>(found - sinks.begin());
    if (found == sinks.end() && !make(in_sink.name, source)) return;
    apply_to_sink(nested(in_sink.key, std::move(value)), index, source, draft_);
  }

  bool make(std::string_view name, const Source& source) {
    auto& sinks = draft_.config.sinks;
    if (std::none_of(settings_.begin(), settings_.end(),
                     [&](const Setting& setting) { return gives_type_of(setting, name); })) {
      std::vector<std::string_view> names;
      names.reserve(sinks.size());
      for (const Sink& sink : sinks) names.push_back(sink.name);
      std::string message = "no sink is named " + in_quotes(name);
      if (const auto near = nearest(name, names)) {
        message += "; did you mean " + in_quotes(*near) + "?";
      } else {
        message += "; to make one, set sink." + printable(name, 64) + ".type too";
      }
      draft_.complain(source, {}, std::move(message));
      return false;
    }
    sinks.emplace_back();
    const std::size_t index = sinks.size() - 1;
    draft_.set_origin("sink[" + std::to_string(index) + "]", source, {});
    apply_to_sink(nested("name", text_node(name)), index, source, draft_);
    sinks[index].name = name;  // also when it is refused: its other settings are still its own
    return true;
  }

  const std::vector<Setting>& settings_;
  Origin::Layer layer_;
  Draft& draft_;
};

}  // namespace

void apply_settings(const std::vector<Setting>& settings, Origin::Layer layer, Draft& draft) {
  Settings all(settings, layer, draft);
  for (const Setting& setting : settings) all.apply(setting);
}

}  // namespace airspool::config
