// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/poller.h>

namespace airspool::opensky {

// What came of asking OpenSky once, for people: `airspool check` and `airspool setup`.
struct Trial {
  bool has_token = false;
  std::string token_trouble;  // why there is none; empty: there is one, or none is needed
  std::string trouble;        // of the request itself; empty: OpenSky answered
  std::size_t aircraft = 0;   // in the small area that was asked for
  std::optional<std::int64_t> credits_left;
  // What polling with these settings will cost, and what is wrong with that, a sentence each.
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};

// Gets a token where there are credentials, and asks for a tenth of a degree in the middle of the first area (one
// credit), or for the own sensors when nothing else is asked for (none). Blocks for as long as `http` does; the
// caller's thread. Counts and logs nothing.
Trial try_opensky(const PollerSettings& settings, net::HttpClient& http, const Clock& clock);

}  // namespace airspool::opensky
