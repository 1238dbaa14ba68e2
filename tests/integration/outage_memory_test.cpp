// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <malloc.h>

#include <airspool/core/channel.h>
#include <airspool/spool/spool.h>
#include <airspool/uplink/forwarder.h>
#include <airspool/uplink/kafka_sink.h>
#include <airspool/uplink/mqtt_sink.h>

#include "bench/spool/sky.h"
#include "contract/mosquitto.h"

namespace airspool {
namespace {

using namespace std::chrono_literals;

// What is allocated and not freed. Resident pages would count librdkafka's threads too, whose arenas come and go as
// they are scheduled.
std::int64_t bytes_in_use() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<std::int64_t>(info.uordblks + info.hblkhd);
}

using OpenSink = std::function<Result<std::unique_ptr<uplink::Sink>>(const Clock&, metrics::Registry&)>;

// 60 aircraft, each told every five seconds, and a broker that is not there: what waits lies on the disk.
void expect_an_hour_without_a_broker_takes_no_memory(const OpenSink& open_sink) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("airspool-outage-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  ManualClock clock(WallTime{std::chrono::hours(500'000)}, BootTime{1h});
  metrics::Registry metrics;
  spool::SpoolSettings settings;
  settings.path = (folder / "spool.db").string();
  settings.station_id = "roof-1";
  settings.sinks = {{"home"}};
  settings.clock.trust = spool::ClockTrust::kAlways;
  auto spool = spool::Spool::open(settings, clock);
  ASSERT_TRUE(spool) << spool.error().message;
  auto sink = open_sink(clock, metrics);
  ASSERT_TRUE(sink) << sink.error().message;
  std::vector<uplink::SinkLane> lanes;
  lanes.push_back({std::move(*sink), {}});
  Channel<spool::StoreRequest> to_store(256);
  Channel<spool::Lease> from_store(8);
  uplink::Forwarder forwarder(std::move(lanes), to_store, from_store, clock, 1, metrics);

  bench::Sky sky;
  std::int64_t after_ten_minutes = 0;
  for (int second = 0; second < 3600; ++second) {
    for (int i = 0; i < 12; ++i) spool->append(sky.next(clock.boot_now()));
    if (second % 60 == 0) forwarder.announce("{\"schema\":1,\"kind\":\"health\",\"online\":true}");
    for (int turn = 0; turn < 4; ++turn) {
      forwarder.step(clock.boot_now());
      while (auto request = to_store.try_pop()) spool->handle(std::move(*request));
      for (spool::Lease& lease : spool->step(clock.boot_now())) ASSERT_TRUE(from_store.try_push(std::move(lease)));
      clock.advance(250ms);
    }
    if (second == 600) after_ten_minutes = bytes_in_use();
  }
  EXPECT_GT(spool->stat().batches, 300);
  EXPECT_FALSE(forwarder.status()[0].connected);
  EXPECT_LE(bytes_in_use() - after_ten_minutes, 100'000) << "of " << after_ten_minutes;
  std::filesystem::remove_all(folder);
}

std::string nobody_listens() { return "127.0.0.1:" + std::to_string(contract::free_port()); }

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kSanitizer = true;
#else
constexpr bool kSanitizer = false;
#endif

TEST(OutageMemoryTest, AnHourWithoutABrokerTakesNoMemoryWithMqtt) {
  if (kSanitizer) GTEST_SKIP() << "a sanitizer's memory is its own";
  uplink::MqttSinkSettings mqtt;
  mqtt.name = "home";
  mqtt.url = "mqtt://" + nobody_listens();
  mqtt.topic = "airspool/{station}/states";
  mqtt.status_topic = "airspool/{station}/status";
  mqtt.station = "roof-1";
  expect_an_hour_without_a_broker_takes_no_memory(
      [&](const Clock& clock, metrics::Registry& metrics) { return uplink::open_mqtt_sink(mqtt, clock, metrics); });
}

TEST(OutageMemoryTest, AnHourWithoutABrokerTakesNoMemoryWithKafka) {
  if (kSanitizer) GTEST_SKIP() << "a sanitizer's memory is its own";
  uplink::KafkaSinkSettings kafka;
  kafka.name = "home";
  kafka.brokers = {nobody_listens()};
  kafka.topic = "air.states";
  kafka.status_topic = "air.health";
  kafka.station = "roof-1";
  if (!uplink::check_kafka_settings(kafka)) GTEST_SKIP() << "SKIPPED: this build has no Kafka";
  expect_an_hour_without_a_broker_takes_no_memory(
      [&](const Clock& clock, metrics::Registry& metrics) { return uplink::open_kafka_sink(kafka, clock, metrics); });
}

}  // namespace
}  // namespace airspool
