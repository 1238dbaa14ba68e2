// SPDX-License-Identifier: Apache-2.0
#include "apply.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "suggest.h"
#include "table.h"
#include "text.h"
#include "value.h"

namespace airspool::config {
namespace {

// "[sampling]", "[[sink]]", "the top level".
std::string section_name(std::string_view section) {
  if (section.empty()) return "at the top level";
  if (section.ends_with("[]")) return "in [[" + spoken(section) + "]]";
  return "in [" + spoken(section) + "]";
}

// The names that may stand in a section: its keys, sections and lists.
std::vector<std::string_view> names_in(std::string_view section) {
  std::vector<std::string_view> names;
  for (const Row& row : table()) {
    std::string_view rest = row.path;
    if (!section.empty()) {
      if (!rest.starts_with(section) || rest.size() <= section.size() || rest[section.size()] != '.') continue;
      rest.remove_prefix(section.size() + 1);
    }
    const std::string_view name = rest.substr(0, std::min(rest.find('.'), rest.find("[]")));
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

// Sections outside `section` that have a key of this name: "[station]".
std::string homes_of(std::string_view key, std::string_view section) {
  std::string homes;
  for (const Row& row : table()) {
    if (last_part(row.path) != key || section_of(row.path) == section) continue;
    if (!homes.empty()) homes += " or ";
    homes += section_name(section_of(row.path)).substr(3);
  }
  return homes;
}

std::string unknown_key(std::string_view key, std::string_view section) {
  std::string message = "unknown key " + in_quotes(key) + " " + section_name(section);
  const std::vector<std::string_view> names = names_in(section);
  if (const auto near = nearest(key, names)) return message + "; did you mean " + in_quotes(*near) + "?";
  if (const std::string homes = homes_of(key, section); !homes.empty()) return message + "; it belongs into " + homes;
  message += "; known there: ";
  for (std::size_t i = 0; i < names.size(); ++i) (message += i == 0 ? "" : ", ") += names[i];
  return message + " (this is airspool " AIRSPOOL_VERSION "; a file for a newer one may hold more)";
}

class Applier {
 public:
  Applier(const Source& source, Draft& draft) : source_(source), draft_(draft) {}

  // `section` is the path in the table of keys ("sink[]"), `concrete` the one with numbers ("sink[0]").
  void table_at(const Node& node, std::string_view section, const std::string& concrete, const Scope& scope) {
    for (const Entry& entry : node.entries) entry_at(entry, section, concrete, scope);
  }

 private:
  void entry_at(const Entry& entry, std::string_view section, const std::string& concrete, const Scope& scope) {
    // A quoted key may hold anything, also dots that look like a path.
    const bool plain = entry.key.find_first_of(".[]*") == std::string::npos;
    const std::string path = plain ? below(section, entry.key) : std::string();
    const std::string here = below(concrete, entry.key);
    if (const Row* row = plain ? find_row(path) : nullptr) {
      value_at(*row, entry, here, scope);
    } else if (const Row* free_names = plain ? find_row(path + ".*") : nullptr) {
      if (!is_table(entry, path)) return;
      draft_.set_origin(here, source_, entry.place);
      properties_at(*free_names, entry.value, here, "", scope);
    } else if (const List* list = plain ? find_list(path) : nullptr) {
      list_at(*list, entry, here, scope);
    } else if (plain && has_keys_below(path)) {
      if (!is_table(entry, path)) return;
      draft_.set_origin(here, source_, entry.place);
      table_at(entry.value, path, here, scope);
    } else {
      draft_.complain(source_, entry.place, unknown_key(entry.key, section));
    }
  }

  void value_at(const Row& row, const Entry& entry, const std::string& here, Scope scope) {
    if (source_.layer == Origin::Layer::kBoard && !row.of_board) return not_of_a_board(row.path, entry);
    draft_.set_origin(here, source_, entry.place);
    if (auto complaint = store(row, entry.value, row.slot(scope))) refuse(here, *complaint);
  }

  // People write `client.rack = "x"` without quotes, which TOML reads as a table in a table: names are put together
  // again.
  void properties_at(const Row& row, const Node& table, const std::string& here, const std::string& name_so_far,
                     Scope scope) {
    for (const Entry& entry : table.entries) {
      const std::string name = name_so_far + entry.key;
      if (entry.value.kind == Node::Kind::kTable) {
        properties_at(row, entry.value, here, name + ".", scope);
        continue;
      }
      const std::string path = below(here, name);
      draft_.set_origin(path, source_, entry.place);
      if (auto complaint = store_property(row, {name, entry.place, entry.value}, row.slot(scope)))
        refuse(path, *complaint);
    }
  }

  void list_at(const List& list, const Entry& entry, const std::string& here, Scope scope) {
    const bool in_file = source_.has_lines();
    const auto& items = entry.value.items;
    if (entry.value.kind != Node::Kind::kList ||
        !std::all_of(items.begin(), items.end(), [](const Node& item) { return item.kind == Node::Kind::kTable; })) {
      draft_.complain(source_, entry.place,
                      std::string(list.path) + " is a list of tables: write " +
                          (in_file ? "[[" + std::string(list.path) + "]] with two brackets, once for each"
                                   : std::string("[{ ... }]")));
      return;
    }
    if (source_.layer == Origin::Layer::kBoard) return not_of_a_board(list.path, entry);
    // Drop-ins add to the lists at the top level; elsewhere a list is a value like others.
    const bool adds = source_.is_drop_in && list.path.find('.') == std::string_view::npos;
    if (!adds) {
      draft_.forget(here);
      list.resize(draft_.config, 0);
    }
    draft_.set_origin(here, source_, entry.place);
    for (const Node& item : items) {
      const std::size_t size = list.size(draft_.config);
      const std::size_t index = adds ? same_sink(list, item).value_or(size) : size;
      const std::string element = here + "[" + std::to_string(index) + "]";
      if (index == size) {
        list.resize(draft_.config, size + 1);
        draft_.set_origin(element, source_, item.place);
      }
      list.select(scope, index);
      table_at(item, std::string(list.path) + "[]", element, scope);
    }
  }

  // The sink that is there already under the name that `item` gives.
  std::optional<std::size_t> same_sink(const List& list, const Node& item) const {
    if (list.path != "sink") return std::nullopt;
    for (const Entry& entry : item.entries) {
      if (entry.key != "name" || entry.value.kind != Node::Kind::kText) continue;
      const auto& sinks = draft_.config.sinks;
      const auto found = std::find_if(sinks.begin(), sinks.end(), [&](const Sink& sink) {
        return !sink.name.empty() && sink.name == entry.value.text;
      });
      if (found != sinks.end()) return static_cast<std::size_t>(found - sinks.begin());
    }
    return std::nullopt;
  }

  void not_of_a_board(std::string_view path, const Entry& entry) {
    draft_.complain(source_, entry.place,
                    "a board's overlay may not set " + spoken(path) + ": it belongs into " + std::string(kDefaultFile));
  }

  bool is_table(const Entry& entry, const std::string& path) {
    if (entry.value.kind == Node::Kind::kTable) return true;
    const std::string name = spoken(path);
    draft_.complain(source_, entry.place,
                    name + " is a section: write " +
                        (source_.has_lines() ? "[" + name + "] on a line of its own, once, and its keys below it"
                                             : name + ".KEY=VALUE"));
    return false;
  }

  void refuse(const std::string& path, const Complaint& complaint) {
    draft_.broken.insert(path);
    draft_.complain(source_, complaint.place, complaint.message);
  }

  const Source& source_;
  Draft& draft_;
};

}  // namespace

void apply_document(const Node& document, const Source& source, Draft& draft) {
  Applier(source, draft).table_at(document, "", "", Scope{.config = &draft.config});
}

void apply_to_sink(const Node& table, std::size_t index, const Source& source, Draft& draft) {
  Scope scope{.config = &draft.config, .sink = &draft.config.sinks[index]};
  Applier(source, draft).table_at(table, "sink[]", "sink[" + std::to_string(index) + "]", scope);
}

}  // namespace airspool::config
