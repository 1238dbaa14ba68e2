// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/poller.h>
#include <airspool/opensky/states_parser.h>

#include "token.h"

namespace airspool::opensky {

struct Trouble {
  PollFault fault = PollFault::kNetwork;
  std::string message;
  std::optional<Nanoseconds> wait;  // instead of the backoff
  bool of_this_request = false;     // others may go through all the same
};

// What came of one request: an answer or a trouble.
struct Exchanged {
  std::optional<OpenSkyAnswer> answer;
  ParseReport report;
  std::optional<Trouble> trouble;
  bool charged = false;                      // it went through, so that it cost its credits
  std::optional<std::int64_t> credits_left;  // as OpenSky says
  std::optional<WallTime> utc;               // OpenSky's clock at the head of the answer
  BootTime at{};                             // when that was
};

// One request to OpenSky's REST API and its answer, read while it comes in. The poller's, on its thread.
class Exchange {
 public:
  static constexpr std::size_t kMaxBodyBytes = std::size_t{64} << 20U;  // after unpacking
  // After what no repeating heals.
  static constexpr Nanoseconds kSlowRetry = std::chrono::minutes(5);

  // `tokens` is null for anonymous requests. All must outlive it.
  Exchange(net::HttpClient& http, const Clock& clock, TokenSource* tokens)
      : http_(http), clock_(clock), tokens_(tokens) {}

  // With a token that OpenSky does not take, asks for a fresh one and tries once more.
  Exchanged ask(const std::string& url);

 private:
  Exchanged ask_once(const std::string& url, bool* token_refused);
  void read_answer(net::HttpStream& stream, Exchanged& out);

  net::HttpClient& http_;
  const Clock& clock_;
  TokenSource* tokens_;
};

}  // namespace airspool::opensky
