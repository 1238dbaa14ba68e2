// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/core/clock.h>

namespace airspool {
namespace {

using std::chrono::seconds;

TEST(ManualClockTest, AdvanceMovesBothTimeLines) {
  ManualClock clock(WallTime(seconds(1000)), BootTime(seconds(5)));
  clock.advance(seconds(2));
  EXPECT_EQ(clock.wall_now(), WallTime(seconds(1002)));
  EXPECT_EQ(clock.boot_now(), BootTime(seconds(7)));
}

TEST(ManualClockTest, StepMovesTheCalendarOnly) {
  ManualClock clock(WallTime(seconds(1000)), BootTime(seconds(5)));
  clock.step_wall(seconds(-300));
  EXPECT_EQ(clock.wall_now(), WallTime(seconds(700)));
  EXPECT_EQ(clock.boot_now(), BootTime(seconds(5)));
}

TEST(SystemClockTest, BootTimeNeverRunsBackwards) {
  const SystemClock clock;
  const BootTime first = clock.boot_now();
  EXPECT_LE(first, clock.boot_now());
}

TEST(SystemClockTest, WallTimeIsThisCentury) {
  EXPECT_GT(SystemClock().wall_now(), WallTime(std::chrono::sys_days(std::chrono::year(2000) / 1 / 1)));
}

}  // namespace
}  // namespace airspool
