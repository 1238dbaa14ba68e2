// SPDX-License-Identifier: Apache-2.0
#include "status_lines.h"

#include <chrono>
#include <memory>

#include <gmock/gmock.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class StatusLinesTest : public testing::Test {
 protected:
  void publish_sky(double samples_per_s, std::uint64_t missing = 0) {
    auto snapshot = std::make_shared<SkySnapshot>();
    snapshot->taken = clock_.boot_now();
    snapshot->aircraft.resize(3);
    snapshot->aircraft[0].position_time = clock_.boot_now();
    snapshot->aircraft[1].source = RecordSource::kOpenSky;
    snapshot->aircraft[2].source = RecordSource::kFused;
    Statistics& latest = snapshot->statistics.latest;
    latest.begin = clock_.boot_now() - 10s;
    latest.end = clock_.boot_now();
    latest.messages = 4120;
    latest.radio.samples = static_cast<std::uint64_t>(samples_per_s * 10.0);
    latest.radio.samples_missing = missing;
    snapshot->statistics.total = latest;
    sky_.publish(std::move(snapshot));
  }
  void publish_spool(const spool::SpoolStat& stat) { spool_.publish(std::make_shared<const spool::SpoolStat>(stat)); }
  void publish_sink(const uplink::SinkStatus& sink) {
    sinks_.publish(std::make_shared<const std::vector<uplink::SinkStatus>>(std::vector{sink}));
  }
  static uplink::SinkStatus sink(bool connected, bool attention = false) {
    uplink::SinkStatus sink;
    sink.name = "lake";
    sink.type = "kafka";
    sink.connected = connected;
    sink.attention = attention;
    sink.detail = "no permission to write";
    return sink;
  }
  // The line of a part, a minute after the start.
  StatusLine line(const std::string& part) {
    if (!lines_) {
      lines_.emplace(StatusLines::Chain{"roof-1", radio_, true},
                     StatusLines::Sources{sky_, radio_report_, spool_, sinks_, metrics_}, clock_);
    }
    const ChainStatus status = lines_->now();
    for (const StatusLine& one : status.lines) {
      if (one.part == part) return one;
    }
    ADD_FAILURE() << "no line about " << part;
    return {};
  }
  void start_and_wait() {
    line("opensky");
    clock_.advance(60s);
  }

  bool radio_ = true;
  ManualClock clock_{WallTime{1'700'000'100s}, BootTime{1000s}};
  Board<SkySnapshot> sky_;
  Board<RadioReport> radio_report_;
  Board<spool::SpoolStat> spool_;
  Board<std::vector<uplink::SinkStatus>> sinks_;
  metrics::Registry metrics_;
  std::optional<StatusLines> lines_;
};

TEST_F(StatusLinesTest, ARadioIsTold) {
  publish_sky(2.4e6);
  EXPECT_EQ(line("radio").light, Light::kGreen);
  EXPECT_EQ(line("radio").text, "2.40 MS/s, 412 messages/s");
  EXPECT_EQ(line("aircraft").text, "3, 1 with position; 1 by radio, 1 by OpenSky, 1 by both");
}

TEST_F(StatusLinesTest, ASilentRadioIsRedOnceItHadTimeToStart) {
  publish_sky(0.0);
  EXPECT_NE(line("radio").light, Light::kRed);
  start_and_wait();
  publish_sky(0.0);
  EXPECT_EQ(line("radio").light, Light::kRed);
  EXPECT_EQ(line("radio").text, "no samples come");
}

TEST_F(StatusLinesTest, MissingSamplesAreAWarning) {
  publish_sky(2.4e6, 2'400'000);
  EXPECT_EQ(line("radio").light, Light::kAmber);
  EXPECT_THAT(line("radio").text, HasSubstr("1.0 s missing"));
}

TEST_F(StatusLinesTest, ADongleSaysItsGainAndItsTrouble) {
  RadioReport report;
  report.streaming = true;
  report.gain = "auto";
  report.gain_db = 38.6;
  radio_report_.publish(std::make_shared<const RadioReport>(report));
  publish_sky(2.4e6);
  EXPECT_EQ(line("radio").text, "2.40 MS/s, 412 messages/s, gain 38.6 dB (auto)");
  report.streaming = false;
  report.trouble = "no dongle is plugged in";
  radio_report_.publish(std::make_shared<const RadioReport>(report));
  EXPECT_EQ(line("radio").light, Light::kRed);
  EXPECT_EQ(line("radio").text, "no dongle is plugged in");
}

TEST_F(StatusLinesTest, AnInputThatNobodyFeedsIsAWarning) {
  auto snapshot = std::make_shared<SkySnapshot>();
  snapshot->inputs.resize(1);
  snapshot->inputs[0].name = "127.0.0.1:30005";
  sky_.publish(std::move(snapshot));
  EXPECT_EQ(line("input").light, Light::kGreen);
  start_and_wait();
  EXPECT_EQ(line("input").light, Light::kAmber);
  EXPECT_THAT(line("input").text, HasSubstr("127.0.0.1:30005: 0 connected"));
}

TEST_F(StatusLinesTest, ABoxWithoutRadioIsNotBroken) {
  radio_ = false;
  publish_sky(0.0);
  start_and_wait();
  EXPECT_EQ(line("radio").light, Light::kGrey);
}

TEST_F(StatusLinesTest, APictureThatStandsStillIsRed) {
  publish_sky(2.4e6);
  start_and_wait();
  EXPECT_EQ(line("aircraft").light, Light::kRed);
  EXPECT_EQ(line("aircraft").text, "the picture is 60 s old");
}

TEST_F(StatusLinesTest, OpenSkyIsLateAfterThreeIntervals) {
  metrics_.gauge("airspool_opensky_interval_seconds", "x").set(20.0);
  metrics_.gauge("airspool_opensky_answer_age_seconds", "x").set(80.0);
  EXPECT_EQ(line("opensky").light, Light::kGreen);
  metrics_.gauge("airspool_opensky_answer_age_seconds", "x").set(100.0);
  EXPECT_EQ(line("opensky").light, Light::kAmber);
}

TEST_F(StatusLinesTest, ADiskThatTakesNothingIsRed) {
  spool::SpoolStat stat;
  stat.last_error = "database or disk is full";
  stat.unstored_batches = 3;
  publish_spool(stat);
  EXPECT_EQ(line("spool").light, Light::kRed);
  EXPECT_THAT(line("spool").text, HasSubstr("3 batches wait in memory: database or disk is full"));
}

TEST_F(StatusLinesTest, AHeldClockAndAFullSpoolAreWarnings) {
  spool::SpoolStat stat;
  stat.clock.holding = true;
  stat.held_batches = 7;
  stat.max_bytes = 1000;
  stat.file_bytes = 950;
  publish_spool(stat);
  EXPECT_THAT(line("clock").text, HasSubstr("7 batches wait until it is right"));
  EXPECT_EQ(line("clock").light, Light::kAmber);
  EXPECT_EQ(line("spool").light, Light::kAmber);
}

TEST_F(StatusLinesTest, ASinkConnectsThenIsAwayThenRefuses) {
  publish_sink(sink(false));
  EXPECT_THAT(line("sink lake").text, HasSubstr("connecting"));
  start_and_wait();
  publish_sink(sink(false));
  EXPECT_EQ(line("sink lake").light, Light::kAmber);
  EXPECT_EQ(line("sink lake").next, "airspool check uplink --sink lake");
  publish_sink(sink(true, true));
  EXPECT_EQ(line("sink lake").light, Light::kRed);
  EXPECT_THAT(line("sink lake").text, HasSubstr("no permission to write"));
  publish_sink(sink(true));
  EXPECT_EQ(line("sink lake").light, Light::kGreen);
}

TEST_F(StatusLinesTest, BeforeAnythingIsPublishedThereIsALineAllTheSame) {
  EXPECT_EQ(line("aircraft").light, Light::kGrey);
  start_and_wait();
  EXPECT_EQ(line("aircraft").light, Light::kRed);
}

ChainStatus example() {
  return {"roof-1",
          "1.0",
          3700,
          {{"radio", Light::kGreen, "2.40 MS/s", "", {{"samples_per_s", 2.4e6}}},
           {"sink lake", Light::kRed, "away\033[2J", "airspool check uplink", {}},
           {"opensky", Light::kGrey, "not asked", "", {}}}};
}

TEST(ChainStatusTest, ComesThroughJsonUnchanged) {
  const auto read = chain_status_from_json(to_json(example()));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_json(*read), to_json(example()));
  EXPECT_EQ(read->worst(), Light::kRed);
}

TEST(ChainStatusTest, WhatIsWrongComesFirstAndNothingMovesTheCursor) {
  const std::string text = to_text(example(), false);
  EXPECT_LT(text.find("sink lake"), text.find("radio"));
  EXPECT_LT(text.find("radio"), text.find("opensky"));
  EXPECT_THAT(text, HasSubstr("airspool 1.0, station roof-1, up 61 min\n"));
  EXPECT_THAT(text, Not(HasSubstr("\033")));
  EXPECT_THAT(to_text(example(), true), Not(HasSubstr("\033[2J")));
}

TEST(ChainStatusTest, WhatIsNoStatusIsRefusedAndAnotherVersionsIsRead) {
  EXPECT_FALSE(chain_status_from_json("[]"));
  EXPECT_FALSE(chain_status_from_json("{"));
  EXPECT_TRUE(chain_status_from_json(R"({"lines":[3,{"part":4,"light":"blue","numbers":[]}],"uptime_s":"x"})"));
}

}  // namespace
}  // namespace airspool::collector
