// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "dongle_meters.h"
#include "gain_command.h"

namespace airspool::collector {
namespace {

using testing::HasSubstr;

TEST(DongleMetersTest, CountsOnAndShowsWhatIsNow) {
  metrics::Registry metrics;
  Board<RadioReport> board;
  DongleMeters meters(metrics, board);
  radio::DongleState state;
  state.trouble = "no dongle";
  state.gain.wanted = {radio::GainChoice::Mode::kFixed, 38.6};
  meters.show(state);
  EXPECT_EQ(metrics.value("airspool_dongle_streaming"), 0.0);
  EXPECT_EQ(metrics.value("airspool_dongle_gain_db"), 0.0);
  EXPECT_EQ(board.latest()->trouble, "no dongle");
  EXPECT_EQ(board.latest()->gain, "38.6 dB");
  EXPECT_FALSE(board.latest()->gain_db);

  state = {};
  state.streaming = true;
  state.serial = "00000001";
  state.gain.gain_db = 38.6;
  state.gain.changes = 1;
  state.samples = 1000;
  state.samples_dropped = 100;
  state.samples_lost = 50;
  state.openings = 2;
  state.failed_openings = 3;
  state.stalls = 4;
  state.losses = 5;
  state.resets = 6;
  state.hung = 7;
  meters.show(state);
  state.samples = 1500;
  meters.show(state);
  EXPECT_EQ(metrics.value("airspool_dongle_streaming"), 1.0);
  EXPECT_EQ(metrics.value("airspool_dongle_gain_db"), 38.6);
  EXPECT_EQ(metrics.value("airspool_dongle_gain_changes_total"), 1.0);
  EXPECT_EQ(metrics.value("airspool_dongle_samples_total"), 1500.0);
  EXPECT_EQ(metrics.value("airspool_dongle_samples_dropped_total"), 100.0);
  EXPECT_EQ(metrics.value("airspool_dongle_samples_lost_total"), 50.0);
  EXPECT_EQ(metrics.value("airspool_dongle_openings_total"), 2.0);
  EXPECT_EQ(metrics.value("airspool_dongle_failed_openings_total"), 3.0);
  EXPECT_EQ(metrics.value("airspool_dongle_stalls_total"), 4.0);
  EXPECT_EQ(metrics.value("airspool_dongle_losses_total"), 5.0);
  EXPECT_EQ(metrics.value("airspool_dongle_resets_total"), 6.0);
  EXPECT_EQ(metrics.value("airspool_dongle_hung_calls_total"), 7.0);
  EXPECT_EQ(board.latest()->device, "00000001");
}

TEST(GainCommandTest, AsksAndChanges) {
  radio::GainControl gain({});
  EXPECT_EQ(answer_gain(&gain, "{}").value(), R"({"wanted":"auto","reason":"no tuner yet"})");
  ASSERT_TRUE(gain.attach({197, 402}, [](std::optional<int>) { return Result<void>{}; }));
  EXPECT_EQ(
      answer_gain(&gain, R"({"gain":"20"})").value(),
      R"({"wanted":"20.0 dB","gain_db":19.7,"reason":"fixed: 19.7 dB, the nearest that the tuner has to 20.0 dB"})");
  EXPECT_EQ(answer_gain(&gain, R"({"gain":"agc"})").value(),
            R"({"wanted":"agc","reason":"agc: the tuner's own control"})");
}

TEST(GainCommandTest, WhatMakesNoSenseIsRefused) {
  radio::GainControl gain({});
  for (const char* wrong : {"[]", "nonsense", R"({"gain":7})"}) {
    EXPECT_EQ(answer_gain(&gain, wrong).error().code, ErrorCode::kUsage) << wrong;
  }
  EXPECT_THAT(answer_gain(&gain, R"({"gain":"loud"})").error().message, HasSubstr("decibels from 0 to 60"));
  EXPECT_THAT(answer_gain(nullptr, "{}").error().message, HasSubstr("has no tuner"));
}

}  // namespace
}  // namespace airspool::collector
