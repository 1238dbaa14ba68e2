// SPDX-License-Identifier: Apache-2.0
#include "http_words.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

namespace airspool::opensky {
namespace {

constexpr std::int64_t kLargestNumber = 1'000'000'000;
constexpr std::chrono::seconds kLongestObedience{86'400};

}  // namespace

std::string words_for_status(int status, std::string_view key) {
  const std::string number = std::to_string(status);
  if (status == 404) return "nothing there (status 404): check " + std::string(key);
  if (status == 429) return "OpenSky asks for patience (status 429)";
  if (status >= 300 && status < 400) {
    return "sent elsewhere (status " + number + "): a login page of the network, or the wrong " + std::string(key);
  }
  if (status >= 500) return "OpenSky has trouble of its own (status " + number + ")";
  return "unexpected answer (status " + number + ")";
}

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < 0) return std::nullopt;
  return std::min(value, kLargestNumber);
}

std::optional<Nanoseconds> retry_after(const net::HttpHeaders& headers) {
  auto wait = whole_number(headers.find("X-Rate-Limit-Retry-After-Seconds"));
  if (!wait) wait = whole_number(headers.find("Retry-After"));
  if (!wait) return std::nullopt;
  return std::min<Nanoseconds>(std::chrono::seconds(*wait), kLongestObedience);
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  // "Sun, 06 Nov 1994 08:49:37 GMT"
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != 29 || text.substr(25) != " GMT" || text[4] != ' ' || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t size) {
    return static_cast<int>(whole_number(text.substr(at, size)).value_or(-1));
  };
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  const int day = number(5, 2);
  const int year = number(12, 4);
  const int hour = number(17, 2);
  const int minute = number(20, 2);
  const int second = number(23, 2);
  // Nanoseconds end in 2262.
  if (day < 0 || year < 1970 || year > 2200 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
      second > 60) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

}  // namespace airspool::opensky
