// SPDX-License-Identifier: Apache-2.0
#include "aws/credentials.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>

namespace airspool::uplink::aws {
namespace {

using nlohmann::json;

constexpr std::size_t kLongestWord = 16'384;
constexpr std::size_t kLongestCode = 64;

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<Credentials> take(const json& object, const char* id, const char* secret, const char* token,
                         const char* expiration) {
  Credentials credentials{text_of(object, id), text_of(object, secret), text_of(object, token)};
  const std::string expires = text_of(object, expiration);
  if (!expires.empty()) {
    credentials.expires = parse_time(expires);
    if (!credentials.expires) return fail(ErrorCode::kInvalidData, "its expiration is no time");
  }
  return checked(std::move(credentials));
}

// Digits and nothing else.
std::optional<int> number(std::string_view text) {
  int value = 0;
  if (text.empty() || text.size() > 9) return std::nullopt;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// What follows the seconds: a fraction, and "Z" or an offset as "+02:00" or "+0200".
std::optional<Nanoseconds> rest_of_time(std::string_view text) {
  Nanoseconds rest{};
  if (!text.empty() && text.front() == '.') {
    std::size_t digits = 1;
    Nanoseconds::rep unit = 100'000'000;
    for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits, unit /= 10) {
      rest += Nanoseconds((text[digits] - '0') * unit);
    }
    if (digits == 1) return std::nullopt;
    text.remove_prefix(digits);
  }
  if (text == "Z") return rest;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return std::nullopt;
  const bool ahead = text.front() == '+';
  std::string digits(text.substr(1));
  if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
  const auto offset = number(digits);
  if (digits.size() != 4 || !offset || *offset / 100 > 23 || *offset % 100 > 59) return std::nullopt;
  const Nanoseconds shift = std::chrono::hours(*offset / 100) + std::chrono::minutes(*offset % 100);
  return ahead ? rest - shift : rest + shift;
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* const value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kLongestWord &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

Result<Credentials> checked(Credentials credentials) {
  if (!is_word(credentials.access_key_id)) return fail(ErrorCode::kInvalidData, "there is no access key id in it");
  if (!is_word(credentials.secret_access_key)) return fail(ErrorCode::kInvalidData, "there is no secret key in it");
  if (!credentials.session_token.empty() && !is_word(credentials.session_token)) {
    return fail(ErrorCode::kInvalidData, "its session token is none");
  }
  return credentials;
}

Result<Credentials> parse_metadata_credentials(std::string_view text) {
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (!document.is_object()) return fail(ErrorCode::kInvalidData, "it is not JSON");
  const std::string code = text_of(document, "Code");
  if (!code.empty() && code != "Success") {
    return fail(ErrorCode::kInvalidData, is_word(code) && code.size() <= kLongestCode
                                             ? "it says \"" + code + "\" in place of credentials"
                                             : "it holds no credentials");
  }
  return take(document, "AccessKeyId", "SecretAccessKey", "Token", "Expiration");
}

Result<Credentials> parse_iot_credentials(std::string_view text) {
  const json document = json::parse(text.begin(), text.end(), nullptr, false);
  if (!document.is_object()) return fail(ErrorCode::kInvalidData, "it is not JSON");
  const auto inner = document.find("credentials");
  if (inner == document.end() || !inner->is_object()) {
    return fail(ErrorCode::kInvalidData, "there are no credentials in it");
  }
  return take(*inner, "accessKeyId", "secretAccessKey", "sessionToken", "expiration");
}

std::optional<WallTime> parse_time(std::string_view text) {
  if (text.size() < 20 || text.size() > 64 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
      text[16] != ':') {
    return std::nullopt;
  }
  const auto year = number(text.substr(0, 4));
  const auto month = number(text.substr(5, 2));
  const auto day = number(text.substr(8, 2));
  const auto hour = number(text.substr(11, 2));
  const auto minute = number(text.substr(14, 2));
  const auto second = number(text.substr(17, 2));
  const auto rest = rest_of_time(text.substr(19));
  if (!year || !month || !day || !hour || !minute || !second || !rest) return std::nullopt;
  // Nanoseconds end in 2262.
  if (*year < 1971 || *year > 2200 || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) + *rest;
}

std::string time_text(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  std::array<char, 40> text;
  const int size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02lld:%02lld:%02lldZ", int{date.year()},
                                 unsigned{date.month()}, unsigned{date.day()}, static_cast<long long>(seconds / 3600),
                                 static_cast<long long>(seconds / 60 % 60), static_cast<long long>(seconds % 60));
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace airspool::uplink::aws
