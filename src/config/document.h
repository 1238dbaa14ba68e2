// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace airspool::config {

// A place in a text, both from 1; columns count characters, not bytes.
struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;

  friend bool operator<(const Place& a, const Place& b) {
    return a.line != b.line ? a.line < b.line : a.column < b.column;
  }
};

struct Entry;

// One TOML value, free of the parser's types. Tables keep their entries in the order of the file.
struct Node {
  enum class Kind : std::uint8_t { kText, kInteger, kNumber, kBoolean, kDate, kList, kTable };
  Kind kind = Kind::kTable;
  Place place;
  std::string text;
  std::int64_t integer = 0;
  double number = 0.0;
  bool boolean = false;
  std::vector<Node> items;
  std::vector<Entry> entries;
};

struct Entry {
  std::string key;
  Place place;
  Node value;
};

// Something wrong at a place of a text.
struct Complaint {
  Place place;
  std::string message;
};

// The whole document as one table, or the first thing that is not TOML. Bounded in depth (nesting.h); never throws.
std::variant<Node, Complaint> parse_document(std::string_view text);

}  // namespace airspool::config
