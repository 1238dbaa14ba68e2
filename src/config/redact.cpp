// SPDX-License-Identifier: Apache-2.0
#include "redact.h"

#include <algorithm>
#include <array>

#include "text.h"

namespace airspool::config {

bool is_secret_name(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kSigns{"password", "passwd",  "passphrase", "secret",    "token",
                                                          "key.pem",  "private", "jaas",       "credential"};
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return std::any_of(kSigns.begin(), kSigns.end(),
                     [&](std::string_view sign) { return lower.find(sign) != std::string::npos; });
}

std::string redact_url(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return std::string(text);
  std::string out(text.substr(0, scheme + 3));
  std::string_view rest = text.substr(scheme + 3);
  // The last '@' of all: a password that holds '/' or '@' unescaped must not slip through.
  if (const std::size_t at = rest.rfind('@'); at != std::string_view::npos) {
    const std::string_view user_info = rest.substr(0, at);
    const std::size_t colon = user_info.find(':');
    if (colon != std::string_view::npos) out += user_info.substr(0, colon + 1);
    out += kRedacted;
    rest.remove_prefix(at);
  }
  const std::size_t query = rest.find('?');
  out += rest.substr(0, query);
  if (query != std::string_view::npos) (out += '?') += kRedacted;
  return out;
}

std::string redact_assignment(std::string_view key, std::string_view value, const Row* row) {
  std::string out = printable(key, 64) + "=";
  const bool names_a_file = row != nullptr && row->secrecy == Secrecy::kNone;
  if (is_secret_name(key) && !names_a_file) return out.append(kRedacted);
  return out + printable(redact_url(value), 64);
}

}  // namespace airspool::config
