// SPDX-License-Identifier: Apache-2.0
#include "timeline.h"

#include <chrono>

#include <gtest/gtest.h>

namespace airspool::spool {
namespace {

using namespace std::chrono_literals;

const WallTime kBuilt{1'780'000'000s};
const WallTime kNow{1'790'000'000s};

class TimelineTest : public ::testing::Test {
 protected:
  TimelineTest() { settings_.not_before = kBuilt; }

  Timeline timeline() { return {settings_, clock_, past_}; }
  // Looks, and begins what must begin. Whether something did.
  bool look(Timeline& timeline) {
    const auto next = timeline.look(clock_.boot_now());
    if (next) timeline.begin(*next);
    return next.has_value();
  }
  bool believed(ClockState state, WallTime wall) {
    ManualClock clock(wall, BootTime(100s));
    clock.set_state(state);
    return !Timeline(settings_, clock, past_).current().held;
  }

  ClockSettings settings_;
  Timeline::Past past_;
  ManualClock clock_{kNow, BootTime(100s)};
};

TEST_F(TimelineTest, BelievesASynchronisedClockWhateverItSays) {
  for (const ClockTrust trust : {ClockTrust::kAuto, ClockTrust::kAlways, ClockTrust::kSynced}) {
    settings_.trust = trust;
    EXPECT_TRUE(believed(ClockState::kSynchronised, kNow));
    EXPECT_TRUE(believed(ClockState::kSynchronised, WallTime(0s)));
  }
  const Timeline now = timeline();
  EXPECT_EQ(now.current().calendar.quality, ClockQuality::kSynchronised);
  EXPECT_EQ(now.current().calendar.boot_zero, kNow - 100s);
}

TEST_F(TimelineTest, AlwaysBelieves1970Too) {
  settings_.trust = ClockTrust::kAlways;
  EXPECT_TRUE(believed(ClockState::kUnsynchronised, WallTime(0s)));
  clock_.set_state(ClockState::kUnsynchronised);
  EXPECT_EQ(timeline().current().calendar.quality, ClockQuality::kUnverified);
}

TEST_F(TimelineTest, SyncedBelievesNothingElse) {
  settings_.trust = ClockTrust::kSynced;
  settings_.hold_max = 0s;
  EXPECT_FALSE(believed(ClockState::kUnsynchronised, kNow));
  EXPECT_FALSE(believed(ClockState::kFreeRunning, kNow));
}

TEST_F(TimelineTest, AutoBelievesAFreeRunningClockThatIsNotBehind) {
  past_.newest_stored = kNow - 1s;
  EXPECT_TRUE(believed(ClockState::kFreeRunning, kNow));
  EXPECT_FALSE(believed(ClockState::kUnsynchronised, kNow)) << "something is about to set it";
  EXPECT_FALSE(believed(ClockState::kFreeRunning, kNow - 2s)) << "behind the newest batch";
  past_.newest_stored.reset();
  EXPECT_TRUE(believed(ClockState::kFreeRunning, kBuilt));
  EXPECT_FALSE(believed(ClockState::kFreeRunning, kBuilt - 1s)) << "behind the day of the build";
}

TEST_F(TimelineTest, AutoGivesInAfterAWhile) {
  clock_.set_state(ClockState::kUnsynchronised);
  Timeline line = timeline();
  EXPECT_TRUE(line.current().held);
  EXPECT_EQ(line.stat(clock_.boot_now()).hold_left_s, 300);
  clock_.advance(299s);
  EXPECT_FALSE(look(line));
  EXPECT_EQ(line.stat(clock_.boot_now()).hold_left_s, 1);
  clock_.advance(1s);
  EXPECT_TRUE(look(line));
  EXPECT_FALSE(line.current().held);
  EXPECT_EQ(line.current().calendar.quality, ClockQuality::kUnverified);
  EXPECT_EQ(line.stat(clock_.boot_now()).state_for_s, 300);
}

TEST_F(TimelineTest, AutoKeepsBelievingAClockThatWasSynchronisedInThisBoot) {
  Timeline line = timeline();
  clock_.set_state(ClockState::kUnsynchronised);
  EXPECT_TRUE(look(line));
  EXPECT_FALSE(line.current().held);
  EXPECT_EQ(line.current().calendar.quality, ClockQuality::kUnverified);

  past_.synchronised_in_this_boot = true;  // by the process before this one
  EXPECT_TRUE(believed(ClockState::kUnsynchronised, kNow));
}

TEST_F(TimelineTest, BeginsASegmentWhenTheClockIsStepped) {
  for (const Nanoseconds step : {Nanoseconds(500ms), Nanoseconds(-500ms), Nanoseconds(-1h), Nanoseconds(24h)}) {
    Timeline line = timeline();
    clock_.advance(10s);
    EXPECT_FALSE(look(line));
    const Calendar before = line.current().calendar;
    clock_.step_wall(step);
    ASSERT_TRUE(look(line));
    EXPECT_EQ(line.current().calendar.boot_zero, before.boot_zero + step);
    EXPECT_EQ(line.current().start, clock_.boot_now());
    EXPECT_FALSE(look(line));
  }
}

TEST_F(TimelineTest, BeginsASegmentWhenSmallStepsHaveAddedUp) {
  Timeline line = timeline();
  int segments = 0;
  for (int i = 0; i < 1000; ++i) {
    clock_.advance(1s);
    clock_.step_wall(-1ms);
    if (look(line)) ++segments;
  }
  EXPECT_EQ(segments, 20) << "one for every 50 ms";
}

TEST_F(TimelineTest, DoesNotMindHowFarTheYearIs) {
  for (const WallTime wall : {WallTime(2'147'483'647s), WallTime(4'294'967'295s), WallTime(7'000'000'000s)}) {
    ManualClock clock(wall, BootTime(3s));
    Timeline line(settings_, clock, past_);
    clock.advance(1h);
    EXPECT_FALSE(line.look(clock.boot_now()));
    EXPECT_EQ(line.current().calendar.at(clock.boot_now()), clock.wall_now());
  }
}

TEST_F(TimelineTest, HoldsAgainWhenAnUnsynchronisedClockFallsBehind) {
  clock_.set_state(ClockState::kFreeRunning);
  Timeline line = timeline();
  EXPECT_FALSE(line.current().held);
  line.stored(clock_.wall_now());
  clock_.step_wall(-1h);
  EXPECT_TRUE(look(line));
  EXPECT_TRUE(line.current().held);
}

TEST_F(TimelineTest, NumbersSegmentsOnFromThoseOfTheFile) {
  past_.last_segment = 41;
  EXPECT_EQ(timeline().current().id, 42);
}

}  // namespace
}  // namespace airspool::spool
