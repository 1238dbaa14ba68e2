// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>

#include <airspool/config/reference.h>

#include "table.h"
#include "value.h"

namespace airspool::config {
namespace {

constexpr std::size_t kWidth = 100;
constexpr std::size_t kIndent = 6;

std::string default_of(const Row& row) {
  if (row.required) return {};
  if (!row.absent.empty()) return "(" + std::string(row.absent) + ")";
  Specimen specimen;
  if (auto text = render(row, specimen.slot(row))) return *text;
  return "(none)";
}

std::vector<KeyDoc> make_docs() {
  std::vector<KeyDoc> docs;
  for (const Row& row : table()) {
    docs.push_back({std::string(row.path), expectation(row), default_of(row), std::string(row.unit),
                    std::string(row.sink_types), std::string(row.doc), row.required, row.secrecy != Secrecy::kNone});
  }
  return docs;
}

// Appends `text`, broken at spaces so that no line is wider than kWidth.
void append_wrapped(std::string& out, std::string_view text) {
  const std::string indent(kIndent, ' ');
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column > 0 && column + 1 + word.size() > kWidth) {
      out += '\n';
      column = 0;
    }
    if (column == 0) {
      out += indent;
      column = kIndent;
    } else {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  out += '\n';
}

std::string header_of(std::string_view section) {
  if (section == "sink[].properties") return "[sink.properties]   (below its [[sink]])";
  const std::string name = spoken(section);
  return section.ends_with("[]") ? "[[" + name + "]]   (once for each)" : "[" + name + "]";
}

}  // namespace

const std::vector<KeyDoc>& key_docs() {
  static const std::vector<KeyDoc> kDocs = make_docs();
  return kDocs;
}

std::string reference_text(std::string_view section) {
  std::string out;
  std::string_view current;
  for (const KeyDoc& doc : key_docs()) {
    const std::string_view path = doc.path;
    const std::string spoken_path = spoken(path);
    const bool wanted = section.empty() || (spoken_path.starts_with(section) && spoken_path.size() > section.size() &&
                                            spoken_path[section.size()] == '.');
    if (!wanted) continue;
    if (section_of(path) != current) {
      current = section_of(path);
      if (!out.empty()) out += '\n';
      out += header_of(current) + "\n";
    }
    const std::string_view key = last_part(path);
    out += "  " + (key == "*" ? std::string("\"any.name\"") : std::string(key)) + "\n";
    append_wrapped(out, doc.doc);
    std::string facts = "Takes " + doc.type + ".";
    facts += doc.required ? " Required." : " Default: " + doc.default_value + ".";
    if (!doc.applies_to.empty()) facts += " For sinks of type: " + doc.applies_to + ".";
    if (doc.secret) facts += " Never shown with its secrets.";
    append_wrapped(out, facts);
  }
  return out;
}

}  // namespace airspool::config
