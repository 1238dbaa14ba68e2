// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/net/curl_http_client.h>
#include <airspool/opensky/poller.h>

#include "answers.h"
#include "fakes/http_test_server.h"

namespace airspool::opensky {
namespace {

using test::HttpReply;

constexpr long kTime = 1'766'888'059;

// The poller on a real connection to a server that misbehaves as OpenSky, and what stands in its place, do.
class PollerOverHttpTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PollerSettings settings;
    settings.base_url = server.url("/api/");
    settings.interval = std::chrono::seconds(10);
    settings.query.areas = {Area{45, 5, 46, 6}};
    poller = std::make_unique<Poller>(Poller::create(settings, *client, clock, metrics, [this](OpenSkyAnswer&& answer) {
                                        answers.push_back(std::move(answer));
                                      }).value());
  }
  void poll() {
    clock.advance(std::chrono::minutes(10));
    poller->step(clock.boot_now());
  }
  std::uint64_t faults(PollFault fault) {
    return metrics.counter("airspool_opensky_requests_total", "", {{"outcome", std::string(name(fault))}}).value();
  }

  test::HttpTestServer server;
  std::unique_ptr<net::CurlHttpClient> client = net::CurlHttpClient::create().value();
  ManualClock clock;
  metrics::Registry metrics;
  std::vector<OpenSkyAnswer> answers;
  std::unique_ptr<Poller> poller;
};

TEST_F(PollerOverHttpTest, TakesAPackedAnswer) {
  server.reply(HttpReply::ok(test::gzip_stored(answer_of(kTime, row())), "Content-Encoding: gzip\r\n"));
  poll();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].states.size(), 1U);
  EXPECT_EQ(server.requests().at(0).rfind("GET /api/states/all?extended=1&lamin=45&", 0), 0U);
}

TEST_F(PollerOverHttpTest, GoesOnAfterEveryTrouble) {
  const std::string good = answer_of(kTime, row());
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(good.size()) + "\r\n\r\n";
  server.reply(HttpReply::ok("<html>Accept our terms</html>", "Content-Type: text/html\r\n"));
  server.reply(HttpReply::with_status(302, "", "Location: http://login.example/\r\n"));
  server.reply(HttpReply::with_status(503, "<html>sorry</html>"));
  server.reply({head + good.substr(0, 100), HttpReply::Then::kClose});
  server.reply(HttpReply::ok(good.substr(0, 100)));
  server.reply({"SSH-2.0-OpenSSH_9.2\r\n", HttpReply::Then::kClose});
  server.reply(HttpReply::ok("junk", "Content-Encoding: gzip\r\n"));
  server.reply(HttpReply::ok(good));
  for (int i = 0; i < 8; ++i) poll();
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_EQ(faults(PollFault::kWebPage), 1U);
  EXPECT_EQ(faults(PollFault::kStatus), 2U);
  EXPECT_EQ(faults(PollFault::kCut), 2U);
  EXPECT_EQ(faults(PollFault::kMalformed), 2U);
}

TEST_F(PollerOverHttpTest, AStopEndsASlowAnswer) {
  server.reply({"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"time\":", HttpReply::Then::kHang});
  std::thread other([&] {
    server.wait_for_requests(1);
    client->stop();
  });
  poll();
  other.join();
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(faults(PollFault::kNetwork), 0U);
}

}  // namespace
}  // namespace airspool::opensky
