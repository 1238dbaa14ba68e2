// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/account.h>
#include <airspool/opensky/credentials.h>
#include <airspool/opensky/query.h>
#include <airspool/opensky/states_parser.h>

namespace airspool::opensky {

struct PollerSettings {
  std::string base_url = "https://opensky-network.org/api";
  std::string token_url = "https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token";
  std::optional<Credentials> credentials;  // none: anonymous
  Account account = Account::kAnonymous;
  Query query;
  // Between two requests for the same area, but never less than OpenSky's resolution. Nothing: as short as the credits
  // allow.
  std::optional<std::chrono::milliseconds> interval;
  // The share (0 to 1) of what OpenSky last told that the radio hears by itself; any thread may change what it gives.
  // When given, less is asked while it is high.
  std::function<double()> radio_coverage;
  std::uint32_t seed = 0;  // of the jitter; boxes that came up together must not ask together
};

// What went wrong with one poll.
enum class PollFault : std::uint8_t {
  kNetwork,       // no connection, no TLS, timeout
  kToken,         // no access token
  kUnauthorised,  // 401 with a fresh token, or 403
  kRateLimited,   // 429
  kStatus,        // any other status than 200
  kWebPage,       // no JSON: a login page in between
  kCut,           // the answer ended too early
  kMalformed,     // broken JSON or packing, or another answer than expected
  kTooLarge,      // a body over 64 MiB, or more rows than kMaxRows
  kStale,         // no newer than the last one: not an error of anybody, but nothing new either
};
constexpr std::size_t kPollFaults = 10;
std::string_view name(PollFault fault);  // "network", ...: for metrics

// Asks OpenSky for each part of the query in turn and hands on what is new. A loop object: it belongs to one thread
// (opensky), which calls `step` when it says. Only net::HttpClient::stop comes from outside; a running step then ends
// within about 100 ms.
//
// Every part is asked for once at the start; from then on requests are spread so that the credits last until they are
// renewed (src/opensky/README.md has the rules). Nothing is asked that the credits do not cover.
//
// On trouble the same part is asked for again after 5 s, then after twice as long each time up to 5 min, minus up to a
// half by chance; what no repeating heals, after 5 min; after 429 exactly when OpenSky says
// (X-Rate-Limit-Retry-After-Seconds, else Retry-After). Each kind of trouble is counted, and logged at most once a
// minute.
//
// An answer whose `time` is not later than the last one's for that part is passed over. An earlier one is believed
// again when nothing was taken for 10 minutes: then the last one was the one that was wrong.
class Poller {
 public:
  // Gets each new answer, on the poller's thread. May wait: OpenSky is asked again only afterwards.
  using OnAnswer = std::function<void(OpenSkyAnswer&&)>;

  // kConfig: a URL that is none, an area that is no box, an interval under 1 s, own sensors without credentials.
  // `http`, `clock` and `metrics` must outlive the poller. Logs what the query will cost.
  static Result<Poller> create(PollerSettings settings, net::HttpClient& http, const Clock& clock,
                               metrics::Registry& metrics, OnAnswer on_answer);
  Poller(Poller&& other) noexcept;
  Poller& operator=(Poller&& other) noexcept;
  ~Poller();

  // Asks once if it is time. When to call again, which may be at once; calling sooner does no harm and keeps the
  // metrics of the moment fresh.
  BootTime step(BootTime now);

  // Between two requests for the same area, as planned now.
  [[nodiscard]] Nanoseconds interval() const;

 private:
  class Impl;
  explicit Poller(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::opensky
