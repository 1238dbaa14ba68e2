// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace airspool::uplink {

// Goes through the members of one flat JSON object, a line of our own batches (spool/record_codec.h), without copying:
// keys and values are parts of the line, strings with their quotes and escapes as they stand. It finds the bounds of
// members and checks no more than that needs: what a number or a string looks like inside is the writer's business.
class LineScanner {
 public:
  enum class Step : std::uint8_t { kMember, kEnd, kBroken };

  explicit LineScanner(std::string_view line) : line_(line) {}

  // The next member; kEnd behind the last one; kBroken when the line is no such object, for ever.
  Step next(std::string_view& key, std::string_view& value) {
    if (first_) {
      first_ = false;
      if (!take('{')) return fail();
      if (take('}')) return end();
    } else if (take('}')) {
      return end();
    } else if (!take(',')) {
      return fail();
    }
    if (!string(key) || !take(':')) return fail();
    key = key.substr(1, key.size() - 2);
    if (at_ >= line_.size()) return fail();
    const bool found = line_[at_] == '"' ? string(value) : line_[at_] == '[' ? list(value) : word(value);
    return found ? Step::kMember : fail();
  }

 private:
  bool take(char c) {
    if (at_ >= line_.size() || line_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool string(std::string_view& text) {
    const std::size_t begin = at_;
    if (!take('"')) return false;
    while (at_ < line_.size() && line_[at_] != '"') at_ += line_[at_] == '\\' ? 2 : 1;
    if (!take('"')) return false;
    text = line_.substr(begin, at_ - begin);
    return true;
  }

  // A list of words or strings; records hold no deeper ones.
  bool list(std::string_view& text) {
    const std::size_t begin = at_;
    ++at_;
    std::string_view item;
    while (at_ < line_.size() && line_[at_] != ']') {
      if (line_[at_] == ',') {
        ++at_;
      } else if (!(line_[at_] == '"' ? string(item) : word(item))) {
        return false;
      }
    }
    if (!take(']')) return false;
    text = line_.substr(begin, at_ - begin);
    return true;
  }

  // A number, true, false or null.
  bool word(std::string_view& text) {
    const std::size_t begin = at_;
    const auto belongs = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '+' || c == '.' || c == 'E';
    };
    while (at_ < line_.size() && belongs(line_[at_])) ++at_;
    text = line_.substr(begin, at_ - begin);
    return at_ > begin;
  }

  Step end() {
    at_ = line_.size() + 1;  // nothing can be taken any more
    return Step::kEnd;
  }
  Step fail() {
    at_ = line_.size() + 1;
    return Step::kBroken;
  }

  std::string_view line_;
  std::size_t at_ = 0;
  bool first_ = true;
};

}  // namespace airspool::uplink
