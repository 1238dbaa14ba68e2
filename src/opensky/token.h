// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/credentials.h>

namespace airspool::opensky {

// An answer of the token endpoint (RFC 6749 5.1).
struct Token {
  std::string text;
  Nanoseconds lifetime{};
};
// kInvalidData when it is something else. Messages repeat nothing of it.
Result<Token> parse_token(std::string_view json);

// Why there is no token.
struct TokenTrouble {
  std::string message;
  bool refused = false;             // what was sent is wrong: no repeating heals it
  std::optional<Nanoseconds> wait;  // the endpoint said how long
};

// Changes client credentials for a token, and keeps it until 30 s before it expires on boot time (RFC 6749 4.4). The
// poller's, on its thread. The secret travels by https, or to this very machine, in the body of a POST; the token's
// text goes into the Authorization header and nowhere else.
class TokenSource {
 public:
  // `http`, `clock` and `metrics` must outlive it.
  TokenSource(std::string url, Credentials credentials, net::HttpClient& http, const Clock& clock,
              metrics::Registry& metrics);

  // The token to use now; asks for one when there is none, or it is about to expire. No other request may be open.
  tl::expected<std::string_view, TokenTrouble> token();
  // OpenSky does not take it any more.
  void forget() { token_.reset(); }

 private:
  enum class Outcome : std::uint8_t { kToken, kRefused, kNetwork, kStatus, kMalformed };
  static constexpr std::size_t kOutcomes = 5;
  TokenTrouble trouble(Outcome outcome, std::string message);
  tl::expected<Token, TokenTrouble> ask();

  std::string url_;
  Credentials credentials_;
  net::HttpClient* http_;
  const Clock* clock_;
  std::array<metrics::Counter*, kOutcomes> counters_{};
  std::optional<std::string> token_;
  BootTime good_until_{};
};

}  // namespace airspool::opensky
