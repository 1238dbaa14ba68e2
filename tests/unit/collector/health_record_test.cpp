// SPDX-License-Identifier: Apache-2.0
#include "health_record.h"

#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

class HealthRecordTest : public testing::Test {
 protected:
  HealthRecord make(HealthRecord::Station station) { return {std::move(station), {sky_, spool_, metrics_}, clock_}; }
  HealthRecord make() { return make({"roof-1", GeoPosition{48.137154, 11.576124}, 1, true, true}); }
  void publish_sky(std::uint64_t messages, std::size_t aircraft) {
    auto snapshot = std::make_shared<SkySnapshot>();
    snapshot->taken = clock_.boot_now();
    snapshot->messages = messages;
    snapshot->aircraft.resize(aircraft);
    sky_.publish(std::move(snapshot));
  }
  void publish_spool(const spool::SpoolStat& stat) { spool_.publish(std::make_shared<const spool::SpoolStat>(stat)); }
  static std::vector<uplink::SinkStatus> sinks(bool connected, bool attention = false) {
    uplink::SinkStatus sink;
    sink.name = "lake";
    sink.type = "mqtt";
    sink.connected = connected;
    sink.attention = attention;
    sink.detail = "connected to mqtt://secret-host";
    sink.last_ack = WallTime(1'700'000'000'123ms);
    return {sink};
  }
  // Seconds until the next record, asked ten times a second.
  int seconds_until_next(HealthRecord& health, const std::vector<uplink::SinkStatus>& sinks) {
    for (int tenths = 0; tenths < 1000; ++tenths) {
      if (health.due(sinks)) return tenths / 10;
      clock_.advance(100ms);
    }
    return -1;
  }

  ManualClock clock_{WallTime{1'700'000'100s}, BootTime{1000s}};
  Board<SkySnapshot> sky_;
  Board<spool::SpoolStat> spool_;
  metrics::Registry metrics_;
};

TEST_F(HealthRecordTest, ComesAtTheStartAndThenEachMinute) {
  HealthRecord health = make();
  EXPECT_EQ(seconds_until_next(health, sinks(true)), 0);
  EXPECT_EQ(seconds_until_next(health, sinks(true)), 60);
  EXPECT_EQ(seconds_until_next(health, sinks(true)), 60);
}

TEST_F(HealthRecordTest, ARedLightIsToldWithinSeconds) {
  HealthRecord health = make();
  ASSERT_TRUE(health.due(sinks(true)));
  clock_.advance(20s);
  EXPECT_FALSE(health.due(sinks(true)));
  EXPECT_LE(seconds_until_next(health, sinks(true, true)), 1);
  // Flickering makes no flood.
  EXPECT_EQ(seconds_until_next(health, sinks(true, false)), 5);
  spool::SpoolStat stat;
  stat.last_error = "disk full";
  publish_spool(stat);
  EXPECT_EQ(seconds_until_next(health, sinks(true, false)), 5);
}

TEST_F(HealthRecordTest, ADongleThatGoesIsARedLight) {
  HealthRecord health = make();
  metrics_.gauge("airspool_dongle_streaming", "").set(1);
  metrics_.gauge("airspool_dongle_gain_db", "").set(38.6);
  const auto before = health.due(sinks(true));
  ASSERT_TRUE(before);
  EXPECT_EQ(json::parse(*before)["dongle"], json({{"streaming", true}, {"gain_db", 38.6}}));
  clock_.advance(20s);
  EXPECT_FALSE(health.due(sinks(true)));
  metrics_.gauge("airspool_dongle_streaming", "").set(0);
  metrics_.gauge("airspool_dongle_gain_db", "").set(0);
  metrics_.counter("airspool_dongle_samples_dropped_total", "").add(9);
  clock_.advance(1s);
  const auto after = health.due(sinks(true));
  ASSERT_TRUE(after);
  EXPECT_EQ(json::parse(*after)["dongle"], json({{"streaming", false}}));
  EXPECT_EQ(json::parse(*after)["drops"][0], json({{"reason", "demodulator-behind"}, {"samples", 9}}));
}

TEST_F(HealthRecordTest, SaysWhatTheBoxKnows) {
  HealthRecord health = make();
  ASSERT_TRUE(health.due(sinks(true)));
  metrics_.counter("airspool_samples_total", "").add(5);
  metrics_.counter("airspool_frames_dropped_total", "").add(7);
  metrics_.gauge("airspool_demodulator_effort", "").set(2);
  metrics_.gauge("airspool_noise_floor_dbfs", "").set(-33.26);
  metrics_.gauge("airspool_opensky_credits_left", "").set(3712);
  metrics_.gauge("airspool_opensky_answer_age_seconds", "").set(12.4);
  clock_.advance(60s);
  publish_sky(6000, 3);
  spool::SpoolStat stat;
  stat.spool_id = "abcdefgh";
  stat.last_seq = 99;
  stat.batches = 4;
  stat.records = 2000;
  stat.bytes = 100'000;
  stat.oldest_sealed = clock_.wall_now() - 90s;
  stat.sinks.push_back({"lake", 4, 2000});
  stat.drops.push_back({"lake", "quota", 2, 1000});
  stat.clock.holding = true;
  publish_spool(stat);
  clock_.advance(2s);
  const auto text = health.due(sinks(true));
  ASSERT_TRUE(text);
  const json record = json::parse(*text);
  EXPECT_EQ(record["schema"], 1);
  EXPECT_EQ(record["kind"], "health");
  EXPECT_EQ(record["station_id"], "roof-1");
  EXPECT_EQ(record["online"], true);
  EXPECT_EQ(record["uptime_s"], 62);
  EXPECT_EQ(record["time_ms"], 1'700'000'162'000);
  EXPECT_FALSE(record["version"].get<std::string>().empty());
  EXPECT_EQ(record["clock"], json({{"state", "synchronised"}, {"believed", false}}));
  EXPECT_EQ(record["stages"]["sky"], 2.0);
  EXPECT_EQ(record["stages"]["store"], 0.0);
  EXPECT_EQ(record["stages"]["radio"], 0.0);
  EXPECT_EQ(record["messages_per_s"], 100.0);
  EXPECT_EQ(record["aircraft"], 3);
  EXPECT_EQ(record["noise_dbfs"], -33.3);
  EXPECT_EQ(record["effort"], "balanced");
  EXPECT_EQ(record["spool"]["batches"], 4);
  EXPECT_EQ(record["spool"]["records"], 2000);
  EXPECT_EQ(record["spool"]["bytes"], 100'000);
  EXPECT_EQ(record["spool"]["oldest_s"], 92);
  EXPECT_EQ(record["drops"][0], json({{"sink", "lake"}, {"reason", "quota"}, {"batches", 2}, {"records", 1000}}));
  EXPECT_EQ(record["drops"][1], json({{"reason", "sky-behind"}, {"frames", 7}}));
  EXPECT_EQ(record["sinks"][0]["name"], "lake");
  EXPECT_EQ(record["sinks"][0]["last_ack_ms"], 1'700'000'000'123);
  EXPECT_EQ(record["sinks"][0]["records"], 2000);
  EXPECT_EQ(record["opensky"], json({{"credits_left", 3712}, {"answer_age_s", 12}}));
}

TEST_F(HealthRecordTest, AStageThatStandsStillGrowsOld) {
  HealthRecord health = make();
  publish_sky(0, 0);
  publish_spool({});
  metrics_.counter("airspool_samples_total", "").add(5);
  ASSERT_TRUE(health.due(sinks(true)));
  seconds_until_next(health, sinks(true));  // it looks each second
  seconds_until_next(health, sinks(true));
  clock_.advance(60s);
  const json record = json::parse(*health.due(sinks(true)));
  for (const char* stage : {"radio", "sky", "store"}) EXPECT_GE(record["stages"][stage], 100.0) << stage;
}

TEST_F(HealthRecordTest, TellsNoMoreOfThePlaceThanIsAllowed) {
  for (const auto& [decimals, latitude] : {std::pair{0, 48.0}, {1, 48.1}, {2, 48.14}}) {
    HealthRecord health = make({"roof-1", GeoPosition{48.137154, 11.576124}, decimals, true, false});
    const std::string text = *health.due(sinks(true));
    EXPECT_EQ(json::parse(text)["latitude"], latitude);
    EXPECT_EQ(text.find("48.137"), std::string::npos);
    EXPECT_EQ(text.find("secret-host"), std::string::npos) << "other people's hosts are not ours to tell";
  }
}

TEST_F(HealthRecordTest, WithoutARadioThereIsNoRate) {
  HealthRecord health = make({"cloud", std::nullopt, 1, false, true});
  publish_sky(0, 60);
  const json record = json::parse(*health.due(sinks(true)));
  EXPECT_FALSE(record.contains("messages_per_s"));
  EXPECT_FALSE(record.contains("latitude"));
  EXPECT_FALSE(record["stages"].contains("radio"));
  EXPECT_EQ(record["aircraft"], 60);
}

TEST_F(HealthRecordTest, ACleanStopIsToldAsSuch) {
  HealthRecord health = make();
  clock_.advance(5s);
  const json record = json::parse(health.stopped());
  EXPECT_EQ(record["kind"], "health");
  EXPECT_EQ(record["online"], false);
  EXPECT_EQ(record["reason"], "stopped");
  EXPECT_EQ(record["uptime_s"], 5);
}

}  // namespace
}  // namespace airspool::collector
