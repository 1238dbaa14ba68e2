// SPDX-License-Identifier: Apache-2.0
#include "document.h"

#include <algorithm>
#include <cmath>

// Parse errors come back as values: nothing in this room throws.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include "nesting.h"
#include "text.h"

namespace airspool::config {
namespace {

Place place_of(const toml::source_region& region) {
  return {std::max<std::uint32_t>(region.begin.line, 1), std::max<std::uint32_t>(region.begin.column, 1)};
}

Node convert(const toml::node& node);

Node convert_table(const toml::table& table) {
  Node out;
  out.kind = Node::Kind::kTable;
  out.place = place_of(table.source());
  out.entries.reserve(table.size());
  for (const auto& [key, value] : table) {
    out.entries.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
  }
  // The parser keeps tables sorted by name; people read files from the top.
  std::stable_sort(out.entries.begin(), out.entries.end(),
                   [](const Entry& a, const Entry& b) { return a.place < b.place; });
  return out;
}

Node convert(const toml::node& node) {
  if (const toml::table* table = node.as_table()) return convert_table(*table);
  Node out;
  out.place = place_of(node.source());
  if (const toml::array* list = node.as_array()) {
    out.kind = Node::Kind::kList;
    out.items.reserve(list->size());
    for (const toml::node& item : *list) out.items.push_back(convert(item));
  } else if (const auto* text = node.as_string()) {
    out.kind = Node::Kind::kText;
    out.text = text->get();
  } else if (const auto* integer = node.as_integer()) {
    out.kind = Node::Kind::kInteger;
    out.integer = integer->get();
  } else if (const auto* number = node.as_floating_point()) {
    out.kind = Node::Kind::kNumber;
    out.number = number->get();
  } else if (const auto* boolean = node.as_boolean()) {
    out.kind = Node::Kind::kBoolean;
    out.boolean = boolean->get();
  } else {
    out.kind = Node::Kind::kDate;
  }
  return out;
}

}  // namespace

std::variant<Node, Complaint> parse_document(std::string_view text) {
  if (auto error = harmful(text)) return *error;
  const toml::parse_result result = toml::parse(text);
  if (!result) {
    const toml::parse_error& error = result.error();
    return Complaint{place_of(error.source()), "not valid TOML: " + printable(error.description(), 300)};
  }
  return convert_table(result.table());
}

}  // namespace airspool::config
