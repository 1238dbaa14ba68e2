// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/opensky/account.h>

#include "fakes/http_test_server.h"
#include "fakes/mock_sky.h"

// A stand-in for the OpenSky Network: its REST API and its token endpoint, with credits, headers and bad days.
namespace airspool::test {

// What the service does to one request instead of answering it well.
enum class MockFault : std::uint8_t {
  kNone,
  kTooMany,       // 429, with an hour to wait
  kUnauthorised,  // 401: the token is withdrawn
  kUnavailable,   // 503
  kDrip,          // a good answer, 20 bytes a second
  kCut,           // half of a good answer
  kHtml,          // 200 and a login page
  kBomb,          // 65 MiB packed into 420 kB
};
// "ok", "429", "401", "503", "drip", "cut", "html", "bomb"; with a count: "503*3".
Result<std::vector<MockFault>> parse_mock_script(std::string_view words);

struct MockSettings {
  opensky::Account account = opensky::Account::kStandard;  // of whoever has a token
  std::string client_id = "mock-client";
  std::string client_secret = "mock-secret";
  std::chrono::seconds token_lifetime{1'800};
  std::uint64_t seed = 1;
  std::size_t aircraft = 200;
  GeoPosition centre{46.8, 8.2};
  std::string recording;  // the body of an answer, given to every good request as it is; empty: generated ones
};

struct MockReply {
  int status = 200;
  std::string body;
  net::HttpHeaders headers;
  MockFault fault = MockFault::kNone;
};

// The rules of the service, without a network: credits by account or, without a token, by "address" (there is one);
// renewed each UTC day, licensed each UTC hour. Its clock is the wall time of the one it is given. Any thread, if the
// clock may be asked from any.
class MockOpenSkyService {
 public:
  MockOpenSkyService(MockSettings settings, const Clock& clock);

  MockReply answer(const net::HttpRequest& request);
  // What happens to the next requests for state vectors, and after them nothing.
  void script(const std::vector<MockFault>& faults);
  // Another client of the same account or, when `anonymous`, of the same address. What it got.
  int spend_elsewhere(int credits, bool anonymous);
  void withdraw_tokens();

  struct Books {
    std::uint64_t tokens = 0;  // given
    std::uint64_t token_refusals = 0;
    std::uint64_t states = 0;   // requests for state vectors, of whatever outcome
    std::uint64_t answers = 0;  // of them answered well
    std::uint64_t refused = 0;  // 429 because there were no credits left
    std::uint64_t credits = 0;  // spent, those elsewhere not counted
  };
  [[nodiscard]] Books books() const;
  [[nodiscard]] const MockSettings& settings() const { return settings_; }

 private:
  struct Bucket {
    opensky::Account account = opensky::Account::kAnonymous;
    std::int64_t period = -1;
    std::int64_t left = 0;
  };
  struct Target {
    std::string path;
    std::multimap<std::string, std::string> values;
  };
  static Target parse(const std::string& url);
  MockReply token(const net::HttpRequest& request);
  MockReply states(const Target& target, const net::HttpRequest& request);
  // Nothing: not valid any more, or never was.
  [[nodiscard]] bool is_valid(std::string_view authorization) const;
  void renew(Bucket& bucket) const;

  const MockSettings settings_;
  const Clock& clock_;
  const MockSky sky_;
  mutable std::mutex mutex_;
  Bucket named_;
  Bucket nameless_;
  std::map<std::string, WallTime, std::less<>> tokens_;  // until when
  std::uint64_t tokens_made_ = 0;
  std::deque<MockFault> script_;
  Books books_;
};

// The same as a real HTTP service on a free port of 127.0.0.1 (or the one given).
class MockOpenSky {
 public:
  MockOpenSky(MockSettings settings, const Clock& clock, std::uint16_t port = 0);

  [[nodiscard]] std::string base_url() const { return server_.url("/api"); }
  [[nodiscard]] std::string token_url() const { return server_.url("/token"); }
  MockOpenSkyService& service() { return service_; }

 private:
  HttpReply reply(const std::string& request);

  MockOpenSkyService service_;
  HttpTestServer server_;  // last: it asks the service
};

// Asks the rules directly: an HttpClient for simulated time. Each request takes `latency`, which passes on `clock`.
class MockOpenSkyClient final : public net::HttpClient {
 public:
  MockOpenSkyClient(MockOpenSkyService& service, ManualClock& clock, Nanoseconds latency)
      : service_(service), clock_(clock), latency_(latency) {}

  Result<std::unique_ptr<net::HttpStream>> open(const net::HttpRequest& request) override;
  void stop() override { stopped_ = true; }
  [[nodiscard]] bool stopped() const override { return stopped_; }

 private:
  MockOpenSkyService& service_;
  ManualClock& clock_;
  Nanoseconds latency_;
  bool stopped_ = false;
};

}  // namespace airspool::test
