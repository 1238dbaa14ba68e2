// SPDX-License-Identifier: Apache-2.0
#include "cli/utc_time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace airspool::cli {
namespace {

constexpr int kFirstYear = 1970;
constexpr int kLastYear = 2200;

// Takes text from its front, piece by piece.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  // Exactly `count` digits.
  std::optional<int> number(std::size_t count) {
    if (rest_.size() < count || !std::all_of(rest_.begin(), rest_.begin() + count, is_digit)) return std::nullopt;
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + count, value);
    rest_.remove_prefix(count);
    return value;
  }

  bool one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // ".25": at most nine digits after the point. Nothing there is zero.
  std::optional<Nanoseconds> fraction() {
    if (rest_.empty() || rest_.front() != '.') return Nanoseconds{0};
    rest_.remove_prefix(1);
    std::int64_t value = 0;
    std::int64_t unit = 1'000'000'000;
    while (!rest_.empty() && is_digit(rest_.front()) && unit > 1) {
      unit /= 10;
      value += (rest_.front() - '0') * unit;
      rest_.remove_prefix(1);
    }
    if (unit == 1'000'000'000) return std::nullopt;
    return Nanoseconds{value};
  }

  [[nodiscard]] bool at_end() const { return rest_.empty(); }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  std::string_view rest_;
};

constexpr WallTime start_of(int year) { return std::chrono::sys_days(std::chrono::year(year) / 1 / 1); }

std::optional<WallTime> parse_calendar(std::string_view text) {
  Reader reader(text);
  const auto year = reader.number(4);
  if (!year || !reader.one_of("-")) return std::nullopt;
  const auto month = reader.number(2);
  if (!month || !reader.one_of("-")) return std::nullopt;
  const auto day = reader.number(2);
  if (!day || !reader.one_of("T ")) return std::nullopt;
  const auto hour = reader.number(2);
  if (!hour || !reader.one_of(":")) return std::nullopt;
  const auto minute = reader.number(2);
  if (!minute || !reader.one_of(":")) return std::nullopt;
  const auto second = reader.number(2);
  const auto fraction = reader.fraction();
  if (!second || !fraction) return std::nullopt;
  if (!reader.at_end() && (!reader.one_of("Z") || !reader.at_end())) return std::nullopt;

  const auto date = std::chrono::year(*year) / *month / *day;
  if (!date.ok() || *year < kFirstYear || *year > kLastYear || *hour > 23 || *minute > 59 || *second > 59) {
    return std::nullopt;
  }
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *fraction;
}

std::optional<WallTime> parse_unix_seconds(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (error != std::errc() || seconds < 0) return std::nullopt;
  if (seconds >= std::chrono::floor<std::chrono::seconds>(start_of(kLastYear + 1)).time_since_epoch().count()) {
    return std::nullopt;
  }
  Reader reader(text.substr(static_cast<std::size_t>(end - text.data())));
  const auto fraction = reader.fraction();
  if (!fraction || !reader.at_end()) return std::nullopt;
  return WallTime(std::chrono::seconds(seconds)) + *fraction;
}

}  // namespace

std::optional<WallTime> parse_utc(std::string_view text) {
  // A date has a hyphen after its year, a number has none anywhere.
  return text.find('-', 1) != std::string_view::npos ? parse_calendar(text) : parse_unix_seconds(text);
}

std::string format_utc(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time) - day);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace airspool::cli
