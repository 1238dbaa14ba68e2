// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <airspool/opensky/credentials.h>

#include "http_words.h"
#include "token.h"

// What a token endpoint, a file of credentials or a header may hold: no crash, and nothing is taken that could end a
// header line or that a message repeats.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airspool::opensky;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plain = [](std::string_view word) {
    for (const char c : word) {
      if (c <= ' ' || c >= '\x7f') std::abort();
    }
    if (word.empty()) std::abort();
  };
  if (const auto token = parse_token(text)) {
    plain(token->text);
    if (token->lifetime <= airspool::Nanoseconds::zero() || token->lifetime > std::chrono::hours(24)) std::abort();
  }
  if (const auto credentials = parse_credentials(text)) {
    plain(credentials->client_id);
    plain(credentials->client_secret);
  }
  if (const auto date = parse_http_date(text)) {
    if (date->time_since_epoch() < airspool::Nanoseconds::zero()) std::abort();
  }
  if (const auto number = whole_number(text)) {
    if (*number < 0 || *number > 1'000'000'000) std::abort();
  }
  return 0;
}
