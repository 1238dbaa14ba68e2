// SPDX-License-Identifier: Apache-2.0
#include "value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <type_traits>
#include <utility>

#include "redact.h"
#include "rules.h"
#include "suggest.h"
#include "text.h"

namespace airspool::config {
namespace {

// No path, URL or name is longer (PATH_MAX of Linux).
constexpr std::size_t kMaxText = 4096;
constexpr std::size_t kMaxProperty = 65536;
constexpr std::size_t kMaxListItems = 1000;

std::string joined(std::span<const std::string_view> words) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += i + 1 == words.size() ? " or " : ", ";
    out += in_quotes(words[i]);
  }
  return out;
}

std::string range_text(const Row& row, std::string (*print)(double)) {
  if (!row.min || !row.max) return {};
  return " from " + print(*row.min) + " to " + print(*row.max);
}

std::string print_bytes(double bytes) { return bytes_text(static_cast<std::int64_t>(bytes)); }

std::string with_unit(std::string text, const Row& row) {
  if (!row.unit.empty()) (text += ' ') += row.unit;
  return text;
}

std::string what_it_is(const Row& row, const Node& node) {
  switch (node.kind) {
    case Node::Kind::kText:
      if (row.secrecy != Secrecy::kNone) return "this text";
      return node.text.empty() ? "an empty text" : in_quotes(node.text);
    case Node::Kind::kInteger:
      return std::to_string(node.integer);
    case Node::Kind::kNumber:
      return std::isfinite(node.number) ? number_text(node.number) : std::isnan(node.number) ? "nan" : "infinity";
    case Node::Kind::kBoolean:
      return node.boolean ? "true" : "false";
    case Node::Kind::kDate:
      return "a date";
    case Node::Kind::kList:
      return node.items.empty() ? "an empty list" : "a list";
    case Node::Kind::kTable:
      return "a table";
  }
  return "that";
}

std::string hint(const Row& row, const Node& node) {
  if (node.kind != Node::Kind::kText || row.words.empty()) return {};
  const auto word = nearest(node.text, row.words);
  return word ? "; did you mean " + in_quotes(*word) + "?" : std::string();
}

std::string refusal(const Row& row, const Node& node) {
  return spoken(row.path) + " must be " + expectation(row) + ", not " + what_it_is(row, node) + hint(row, node);
}

bool in_range(const Row& row, double value) {
  return std::isfinite(value) && (!row.min || value >= *row.min) && (!row.max || value <= *row.max);
}

std::optional<double> as_number(const Node& node) {
  if (node.kind == Node::Kind::kNumber) return node.number;
  if (node.kind == Node::Kind::kInteger) return static_cast<double>(node.integer);
  return std::nullopt;
}

bool acceptable_text(const Row& row, const std::string& text) {
  if (!row.words.empty() && std::ranges::find(row.words, text) == row.words.end()) return false;
  return text.size() <= kMaxText && !has_control_characters(text) && follows(row.rule, text);
}

// "1 GiB", "500 MB", "64KiB", "4096": binary (IEC 80000-13) and decimal units, whole numbers.
std::optional<std::int64_t> parse_bytes(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::int64_t>, 10> kUnits{{{"", 1},
                                                                                     {"B", 1},
                                                                                     {"KiB", std::int64_t{1} << 10},
                                                                                     {"MiB", std::int64_t{1} << 20},
                                                                                     {"GiB", std::int64_t{1} << 30},
                                                                                     {"TiB", std::int64_t{1} << 40},
                                                                                     {"kB", 1'000},
                                                                                     {"MB", 1'000'000},
                                                                                     {"GB", 1'000'000'000},
                                                                                     {"TB", 1'000'000'000'000}}};
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.starts_with(' ')) text.remove_prefix(1);
  for (const auto& [name, bytes] : kUnits) {
    if (text != name) continue;
    std::int64_t product = 0;
    if (__builtin_mul_overflow(count, bytes, &product)) return std::nullopt;
    return product;
  }
  return std::nullopt;
}

std::optional<std::int64_t> as_bytes(const Row& row, const Node& node) {
  std::optional<std::int64_t> bytes;
  if (node.kind == Node::Kind::kInteger) bytes = node.integer;
  if (node.kind == Node::Kind::kText) bytes = parse_bytes(node.text);
  if (bytes && !in_range(row, static_cast<double>(*bytes))) bytes.reset();
  return bytes;
}

// One overload a type of slot: true when the value was taken.
struct Store {
  const Row& row;
  const Node& node;

  bool operator()(bool* out) const {
    if (node.kind != Node::Kind::kBoolean) return false;
    *out = node.boolean;
    return true;
  }
  bool operator()(std::int64_t* out) const {
    if (node.kind != Node::Kind::kInteger || !in_range(row, static_cast<double>(node.integer))) return false;
    bool listed = row.choices.empty();
    for (const std::int64_t choice : row.choices) listed = listed || choice == node.integer;
    if (listed) *out = node.integer;
    return listed;
  }
  bool operator()(double* out) const {
    const auto value = as_number(node);
    if (!value || !in_range(row, *value)) return false;
    *out = *value;
    return true;
  }
  bool operator()(std::optional<double>* out) const {
    double value = 0.0;
    if (!(*this)(&value)) return false;
    *out = value;
    return true;
  }
  bool operator()(std::string* out) const {
    if (node.kind != Node::Kind::kText || !acceptable_text(row, node.text)) return false;
    *out = node.text;
    return true;
  }
  bool operator()(std::optional<std::string>* out) const {
    std::string text;
    if (!(*this)(&text)) return false;
    *out = std::move(text);
    return true;
  }
  bool operator()(std::vector<std::string>* out) const {
    if (node.kind != Node::Kind::kList || node.items.size() > kMaxListItems) return false;
    if (row.required && node.items.empty()) return false;
    std::vector<std::string> texts;
    for (const Node& item : node.items) {
      if (item.kind != Node::Kind::kText || !acceptable_text(row, item.text)) return false;
      texts.push_back(item.text);
    }
    *out = std::move(texts);
    return true;
  }
  bool operator()(std::map<std::string, std::string>*) const { return false; }
  bool operator()(Gain* out) const {
    if (node.kind == Node::Kind::kText) {
      if (node.text != "auto" && node.text != "agc") return false;
      *out = {node.text == "auto" ? Gain::Mode::kAuto : Gain::Mode::kAgc, 0.0};
      return true;
    }
    const auto value = as_number(node);
    if (!value || !in_range(row, *value)) return false;
    *out = {Gain::Mode::kFixed, *value};
    return true;
  }
  bool operator()(WordSlot out) const {
    if (node.kind != Node::Kind::kText) return false;
    for (std::size_t i = 0; i < row.words.size(); ++i) {
      if (row.words[i] != node.text) continue;
      *out.number = static_cast<std::uint8_t>(i);
      return true;
    }
    return false;
  }
  bool operator()(SizeSlot out) const {
    const auto bytes = as_bytes(row, node);
    if (bytes) *out.bytes = *bytes;
    return bytes.has_value();
  }
  bool operator()(OptionalSizeSlot out) const {
    const auto bytes = as_bytes(row, node);
    if (bytes) *out.bytes = bytes;
    return bytes.has_value();
  }
};

std::string size_toml(std::int64_t bytes) {
  std::string text = bytes_text(bytes);
  return text.find(' ') == std::string::npos ? text : toml_string(text);
}

struct Render {
  using Text = std::optional<std::string>;
  const Row& row;

  Text operator()(const bool* value) const { return *value ? "true" : "false"; }
  Text operator()(const std::int64_t* value) const { return std::to_string(*value); }
  Text operator()(const double* value) const { return number_text(*value); }
  Text operator()(const std::optional<double>* value) const {
    if (!*value) return std::nullopt;
    return number_text(**value);
  }
  Text operator()(const std::string* value) const {
    if (value->empty()) return std::nullopt;
    return toml_string(redact_url(*value));
  }
  Text operator()(const std::optional<std::string>* value) const {
    if (!*value) return std::nullopt;
    return toml_string(redact_url(**value));
  }
  Text operator()(const std::vector<std::string>* values) const {
    std::string out = "[";
    for (const std::string& value : *values) {
      if (out.size() > 1) out += ", ";
      out += toml_string(redact_url(value));
    }
    return out + ']';
  }
  Text operator()(const std::map<std::string, std::string>*) const { return std::nullopt; }
  Text operator()(const Gain* gain) const {
    if (gain->mode == Gain::Mode::kFixed) return number_text(gain->fixed_db);
    return gain->mode == Gain::Mode::kAuto ? "\"auto\"" : "\"agc\"";
  }
  Text operator()(WordSlot word) const { return toml_string(row.words[*word.number]); }
  Text operator()(SizeSlot size) const { return size_toml(*size.bytes); }
  Text operator()(OptionalSizeSlot size) const {
    if (!*size.bytes) return std::nullopt;
    return size_toml(**size.bytes);
  }
};

std::string item_text(const Row& row) {
  return row.words.empty() ? std::string(rule_text(row.rule)) : joined(row.words);
}

struct Expect {
  const Row& row;

  std::string operator()(const bool*) const { return "true or false"; }
  std::string operator()(const std::int64_t*) const {
    if (row.choices.empty()) return with_unit("a whole number" + range_text(row, number_text), row);
    std::string out;
    for (std::size_t i = 0; i < row.choices.size(); ++i) {
      if (i > 0) out += i + 1 == row.choices.size() ? " or " : ", ";
      out += std::to_string(row.choices[i]);
    }
    return with_unit(std::move(out), row);
  }
  std::string operator()(const double*) const { return with_unit("a number" + range_text(row, number_text), row); }
  std::string operator()(const std::optional<double>*) const { return (*this)(static_cast<const double*>(nullptr)); }
  std::string operator()(const std::string*) const { return std::string(rule_text(row.rule)); }
  std::string operator()(const std::optional<std::string>*) const { return std::string(rule_text(row.rule)); }
  std::string operator()(const std::vector<std::string>*) const { return "a list of texts, each " + item_text(row); }
  std::string operator()(const std::map<std::string, std::string>*) const { return "a text, a number, true or false"; }
  std::string operator()(const Gain*) const {
    return R"("auto", "agc" or )" + with_unit("a number" + range_text(row, number_text), row);
  }
  std::string operator()(WordSlot) const { return joined(row.words); }
  std::string operator()(SizeSlot) const { return "a size" + range_text(row, print_bytes) + R"(, such as "256 MiB")"; }
  std::string operator()(OptionalSizeSlot) const { return (*this)(SizeSlot{}); }
};

}  // namespace

std::optional<Complaint> store(const Row& row, const Node& node, const Slot& slot) {
  if (std::visit(Store{row, node}, slot)) return std::nullopt;
  if (std::holds_alternative<std::vector<std::string>*>(slot)) {
    for (const Node& item : node.items) {
      if (item.kind == Node::Kind::kText && acceptable_text(row, item.text)) continue;
      return Complaint{item.place, spoken(row.path) + " must hold " + item_text(row) + ", not " +
                                       what_it_is(row, item) + hint(row, item)};
    }
    if (node.items.size() > kMaxListItems) {
      return Complaint{node.place, spoken(row.path) + " may hold at most " + std::to_string(kMaxListItems) + " texts"};
    }
  }
  return Complaint{node.place, refusal(row, node)};
}

std::optional<Complaint> store_property(const Row& row, const Entry& entry, const Slot& slot) {
  const Node& node = entry.value;
  std::string text;
  switch (node.kind) {
    case Node::Kind::kText:
      text = node.text;
      break;
    case Node::Kind::kInteger:
      text = std::to_string(node.integer);
      break;
    case Node::Kind::kNumber:
      if (std::isfinite(node.number)) text = number_text(node.number);
      break;
    case Node::Kind::kBoolean:
      text = node.boolean ? "true" : "false";
      break;
    default:
      break;
  }
  // Line ends are fine: some properties are whole certificates. An end of string in the middle would cut the value.
  const bool cut = text.find('\0') != std::string::npos;
  if (text.empty() || cut || text.size() > kMaxProperty || entry.key.empty() || has_control_characters(entry.key)) {
    return Complaint{node.place, spoken(section_of(row.path)) + "." + printable(entry.key, 64) + " must be " +
                                     expectation(row) + ", not " + what_it_is(row, node)};
  }
  (*std::get<std::map<std::string, std::string>*>(slot))[entry.key] = std::move(text);
  return std::nullopt;
}

std::optional<std::string> render(const Row& row, const Slot& slot) { return std::visit(Render{row}, slot); }

std::string expectation(const Row& row) {
  Specimen specimen;
  return std::visit(Expect{row}, specimen.slot(row));
}

bool takes_plain_text(const Row& row) {
  Specimen specimen;
  const Slot slot = specimen.slot(row);
  return std::holds_alternative<std::string*>(slot) || std::holds_alternative<std::optional<std::string>*>(slot) ||
         std::holds_alternative<WordSlot>(slot) || std::holds_alternative<std::map<std::string, std::string>*>(slot);
}

bool takes_list(const Row& row) {
  Specimen specimen;
  return std::holds_alternative<std::vector<std::string>*>(specimen.slot(row));
}

}  // namespace airspool::config
