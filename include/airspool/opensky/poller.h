// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/states_parser.h>

namespace airspool::opensky {

// A box in degrees, north and east positive. It does not reach across the antimeridian: that takes two.
struct Area {
  double south_deg = -90.0;
  double west_deg = -180.0;
  double north_deg = 90.0;
  double east_deg = 180.0;
};

struct PollerSettings {
  std::string base_url = "https://opensky-network.org/api";
  std::vector<Area> areas;  // none: the whole world
  // Between the starts of two rounds over all areas. Nothing: as often as an account without a name may ask all day.
  std::optional<std::chrono::milliseconds> interval;
  std::uint32_t seed = 0;  // of the jitter; boxes that came up together must not ask together
};

// What went wrong with one poll.
enum class PollFault : std::uint8_t {
  kNetwork,      // no connection, no TLS, timeout
  kRateLimited,  // 429
  kStatus,       // any other status than 200
  kWebPage,      // no JSON: a login page in between
  kCut,          // the answer ended too early
  kMalformed,    // broken JSON or packing, or another answer than expected
  kTooLarge,     // a body over 32 MiB, or more rows than kMaxRows
  kStale,        // no newer than the last one: not an error of anybody, but nothing new either
};
constexpr std::size_t kPollFaults = 8;
std::string_view name(PollFault fault);  // "network", ...: for metrics

// Credits that one request for the area costs (REST API, "API credit usage"): by its size in square degrees.
int credits_per_request(const Area& area);

// Asks OpenSky's /states/all for each area in turn, at a fixed interval, and hands on what is new. A loop object: it
// belongs to one thread (opensky), which calls `step` when it says. Only net::HttpClient::stop comes from outside; a
// running step then ends within about 100 ms.
//
// On trouble the same area is asked again after 5 s, then after twice as long each time up to 5 min, minus up to a half
// by chance; after 401 and 403, which no repeating heals, after 5 min; after 429 exactly when OpenSky says
// (X-Rate-Limit-Retry-After-Seconds, else Retry-After). Each kind of trouble is counted, and logged at most once a
// minute.
//
// An answer whose `time` is not later than the last one's for that area is passed over. An earlier one is believed
// again when nothing was taken for 10 minutes: then the last one was the one that was wrong.
class Poller {
 public:
  // Gets each new answer, on the poller's thread. May wait: OpenSky is asked again only afterwards.
  using OnAnswer = std::function<void(OpenSkyAnswer&&)>;

  // kConfig: a base_url that is none, an area that is no box, an interval under 1 s. `http`, `clock` and `metrics` must
  // outlive the poller.
  static Result<Poller> create(PollerSettings settings, net::HttpClient& http, const Clock& clock,
                               metrics::Registry& metrics, OnAnswer on_answer);

  // Asks once if it is time. When to call again, which may be at once.
  BootTime step(BootTime now);

  [[nodiscard]] std::chrono::milliseconds interval() const { return interval_; }

 private:
  struct Lane {  // one area
    std::string url;
    double last_time_s = 0.0;
    BootTime last_taken{};
  };
  struct Trouble {
    PollFault fault = PollFault::kNetwork;
    std::string message;
    std::optional<Nanoseconds> wait;  // instead of the backoff
  };
  struct Meters {
    metrics::Counter* answers = nullptr;
    metrics::Counter* rows = nullptr;
    metrics::Gauge* aircraft = nullptr;
    std::array<metrics::Counter*, kPollFaults> faults{};
    std::array<metrics::Counter*, kRowRejects> rejected{};
  };
  struct LogGate {
    std::optional<BootTime> last;
    std::uint64_t held_back = 0;
  };

  Poller(PollerSettings settings, net::HttpClient& http, const Clock& clock, metrics::Registry& metrics,
         OnAnswer on_answer);
  std::optional<Trouble> ask(Lane& lane);
  std::optional<Trouble> read_answer(Lane& lane, net::HttpStream& stream);
  void take(Lane& lane, OpenSkyAnswer&& answer, const ParseReport& report);
  Nanoseconds backoff();
  void log_trouble(const Trouble& trouble, Nanoseconds wait, BootTime now);

  PollerSettings settings_;
  std::chrono::milliseconds interval_{0};
  net::HttpClient* http_;
  const Clock* clock_;
  OnAnswer on_answer_;
  Meters meters_;
  std::vector<Lane> lanes_;
  std::size_t next_lane_ = 0;
  std::optional<BootTime> due_;  // nothing: at once
  BootTime round_started_{};
  int failures_ = 0;  // in a row
  bool talked_ = false;
  std::array<LogGate, kPollFaults> gates_{};
  LogGate row_gate_;
  std::minstd_rand random_;
};

}  // namespace airspool::opensky
