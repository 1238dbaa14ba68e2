// SPDX-License-Identifier: Apache-2.0
#include "nesting.h"

#include <string>

namespace airspool::config {
namespace {

// Walks TOML far enough to tell strings and comments from structure. Where the text is not TOML it may lose its way,
// but only behind the place at which the parser stops.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  std::optional<Complaint> run() {
    if (text_.starts_with("\xEF\xBB\xBF")) at_ = 3;  // a byte order mark takes no column
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '#') {
        skip_comment();
      } else if (c == '"' || c == '\'') {
        if (auto error = skip_string(c)) return error;
      } else if (static_cast<unsigned char>(c) >= 0x80) {
        return Complaint{place_, "not valid TOML: letters and signs outside ASCII must stand in quotes"};
      } else {
        if (auto error = structure(c)) return error;
        step();
      }
    }
    return std::nullopt;
  }

 private:
  std::optional<Complaint> structure(char c) {
    switch (c) {
      case '.':
        if (++parts_ >= kMaxKeyParts) return too_deep("a key has more than " + std::to_string(kMaxKeyParts) + " parts");
        break;
      case '[':
      case '{':
        parts_ = 0;
        if (++brackets_ > kMaxBrackets) {
          return too_deep("brackets nest deeper than " + std::to_string(kMaxBrackets) + " levels");
        }
        break;
      case ']':
      case '}':
        parts_ = 0;
        if (brackets_ > 0) --brackets_;
        break;
      case '=':
      case ',':
      case '\n':
        parts_ = 0;
        break;
      default:
        break;
    }
    return std::nullopt;
  }

  [[nodiscard]] Complaint too_deep(std::string message) const {
    return {place_, std::move(message) + ", which no key here needs"};
  }

  void skip_comment() {
    while (at_ < text_.size() && text_[at_] != '\n') step();
  }

  std::optional<Complaint> skip_string(char quote) {
    const std::string closing(3, quote);
    const bool multi_line = text_.substr(at_, 3) == closing;
    const std::size_t length = multi_line ? 3 : 1;
    step(length);
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        if (multi_line && !is_escape(text_.substr(at_ + 1, 1))) {
          return Complaint{place_, "lines of a text cannot be joined by a backslash here: write it in one line"};
        }
        step(2);
      } else if (text_.substr(at_, length) == std::string_view(closing).substr(0, length)) {
        step(length);
        // """" and """"" close a string whose last characters are quotes.
        for (int extra = 0; multi_line && extra < 2 && at_ < text_.size() && text_[at_] == quote; ++extra) step();
        return std::nullopt;
      } else if (!multi_line && text_[at_] == '\n') {
        return std::nullopt;
      } else {
        step();
      }
    }
    return std::nullopt;
  }

  // Whether a backslash before it can be an escape: printable ASCII.
  static bool is_escape(std::string_view next) { return !next.empty() && next[0] > ' ' && next[0] < '\x7F'; }

  void step(std::size_t count = 1) {
    for (; count > 0 && at_ < text_.size(); --count, ++at_) {
      const auto byte = static_cast<unsigned char>(text_[at_]);
      if (byte == '\n') {
        ++place_.line;
        place_.column = 1;
      } else if ((byte & 0xC0U) != 0x80U) {  // not the continuation of a UTF-8 character
        ++place_.column;
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  Place place_;
  int parts_ = 0;
  int brackets_ = 0;
};

}  // namespace

std::optional<Complaint> harmful(std::string_view text) { return Walker(text).run(); }

}  // namespace airspool::config
