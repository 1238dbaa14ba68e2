// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include <airspool/opensky/states_parser.h>

namespace airspool::opensky {

constexpr std::size_t kPieceBytes = 8'192;
constexpr std::size_t kMaxTokenBytes = 1'024;  // a JSON string or number; the longest of OpenSky's are country names

// Bytes of the source, one at a time, for nlohmann's lexer, which keeps a whole token in memory: a token without end is
// ended here, as if the input were over.
class Input {
 public:
  explicit Input(const ByteSource& read) : read_(read) { refill(); }

  [[nodiscard]] bool at_end() const { return next_ == size_; }
  [[nodiscard]] char current() const { return piece_[next_]; }
  void advance() {
    watch(piece_[next_]);
    if (++next_ == size_) refill();
    if (token_bytes_ > kMaxTokenBytes) {
      token_too_long_ = true;
      next_ = size_ = 0;
    }
  }
  // More was wanted than the source had.
  [[nodiscard]] bool ended_early() const { return wanted_more_ && !token_too_long_ && !error_; }
  void want() { wanted_more_ = wanted_more_ || at_end(); }
  [[nodiscard]] const std::optional<Error>& error() const { return error_; }
  // The first byte that is not blank.
  [[nodiscard]] char first() const { return first_; }

 private:
  void refill() {
    next_ = size_ = 0;
    const auto count = read_(piece_);
    if (!count) {
      error_ = count.error();
      return;
    }
    size_ = std::min(*count, piece_.size());
    for (std::size_t i = 0; first_ == 0 && i < size_; ++i) {
      if (std::string_view(" \t\r\n").find(piece_[i]) == std::string_view::npos) first_ = piece_[i];
    }
  }

  static bool separates(char c) {
    switch (c) {
      case ' ':
      case '\n':
      case '\r':
      case '\t':
      case ',':
      case ':':
      case '[':
      case ']':
      case '{':
      case '}':
        return true;
      default:
        return false;
    }
  }

  void watch(char c) {
    if (in_string_) {
      ++token_bytes_;
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == '"') {
        in_string_ = false;
        token_bytes_ = 0;
      }
    } else if (c == '"') {
      in_string_ = true;
    } else {
      token_bytes_ = separates(c) ? 0 : token_bytes_ + 1;
    }
  }

  const ByteSource& read_;
  std::array<char, kPieceBytes> piece_;
  std::size_t next_ = 0;
  std::size_t size_ = 0;
  std::size_t token_bytes_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool token_too_long_ = false;
  bool wanted_more_ = false;
  char first_ = 0;
  std::optional<Error> error_;
};

// What nlohmann wants to read from: a pair of input iterators.
class InputIterator {
 public:
  using iterator_category = std::input_iterator_tag;  // NOLINT(readability-identifier-naming)
  using value_type = char;                            // NOLINT(readability-identifier-naming)
  using difference_type = std::ptrdiff_t;             // NOLINT(readability-identifier-naming)
  using pointer = const char*;                        // NOLINT(readability-identifier-naming)
  using reference = char;                             // NOLINT(readability-identifier-naming)

  InputIterator() = default;  // the end
  explicit InputIterator(Input& input) : input_(&input) {}

  char operator*() const { return input_->current(); }
  InputIterator& operator++() {
    input_->advance();
    return *this;
  }
  friend bool operator==(const InputIterator& a, const InputIterator& b) { return a.ended() == b.ended(); }
  friend bool operator!=(const InputIterator& a, const InputIterator& b) { return !(a == b); }

 private:
  [[nodiscard]] bool ended() const {
    if (input_ == nullptr) return true;
    input_->want();
    return input_->at_end();
  }
  Input* input_ = nullptr;
};

}  // namespace airspool::opensky
