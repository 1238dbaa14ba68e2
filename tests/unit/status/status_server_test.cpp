// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/net/curl_http_client.h>
#include <airspool/status/status_server.h>

namespace airspool::status {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class StatusServerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    StatusSettings settings;
    settings.listen = "127.0.0.1:0";
    settings.position = GeoPosition{47.3769, 8.5417};
    server = StatusServer::open(settings, sky, metrics, clock).value();
  }
  std::string place() const { return "127.0.0.1:" + std::to_string(server->port()); }
  net::HttpResponse get(const std::string& path) {
    net::HttpRequest request;
    request.url = "http://" + place() + path;
    return client->perform(request).value();
  }
  void publish() {
    auto snapshot = std::make_shared<SkySnapshot>();
    snapshot->taken = clock.boot_now();
    snapshot->messages = 42;
    sky.publish(snapshot);
  }

  Board<SkySnapshot> sky;
  metrics::Registry metrics;
  ManualClock clock;
  std::unique_ptr<net::CurlHttpClient> client = net::CurlHttpClient::create().value();
  std::unique_ptr<StatusServer> server;
};

TEST_F(StatusServerTest, ServesTheNewestPicture) {
  EXPECT_THAT(get("/data/aircraft.json").body, HasSubstr("\"messages\":0,\"aircraft\":[]"));
  publish();
  const auto response = get("/data/aircraft.json");
  EXPECT_EQ(response.head.status, 200);
  EXPECT_EQ(response.head.headers.find("Content-Type"), "application/json");
  EXPECT_THAT(response.body, HasSubstr("\"messages\":42"));
}

TEST_F(StatusServerTest, ServesTheOtherPages) {
  metrics.counter("airspool_test_total", "A test.").add(3);
  EXPECT_THAT(get("/metrics").body, HasSubstr("airspool_test_total 3\n"));
  EXPECT_THAT(get("/data/receiver.json").body, HasSubstr("\"lat\":47.4,\"lon\":8.5"));
  EXPECT_THAT(get("/data/stats.json").body, StartsWith("{\"now\":"));
  EXPECT_EQ(get("/etc/passwd").head.status, 404);
}

TEST_F(StatusServerTest, HealthIsAFreshPicture) {
  EXPECT_EQ(get("/healthz").head.status, 503);
  publish();
  EXPECT_EQ(get("/healthz").head.status, 200);
  clock.advance(std::chrono::seconds(11));
  const auto response = get("/healthz");
  EXPECT_EQ(response.head.status, 503);
  EXPECT_THAT(response.body, HasSubstr("stalled"));
}

TEST_F(StatusServerTest, APortInUseIsAClearError) {
  StatusSettings settings;
  settings.listen = place();
  const auto second = StatusServer::open(settings, sky, metrics, clock);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(second.error().message, HasSubstr(place()));
}

TEST_F(StatusServerTest, APortIsFreeAgainAfterTheServer) {
  StatusSettings settings;
  settings.listen = place();
  ASSERT_EQ(get("/metrics").head.status, 200);
  server.reset();
  EXPECT_TRUE(StatusServer::open(settings, sky, metrics, clock));
}

TEST_F(StatusServerTest, RefusesSettingsThatMakeNoSense) {
  for (const char* listen : {"", "1090", ":1090", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:http"}) {
    StatusSettings settings;
    settings.listen = listen;
    const auto refused = StatusServer::open(settings, sky, metrics, clock);
    ASSERT_FALSE(refused) << listen;
    EXPECT_EQ(refused.error().code, ErrorCode::kConfig) << listen;
  }
}

}  // namespace
}  // namespace airspool::status
