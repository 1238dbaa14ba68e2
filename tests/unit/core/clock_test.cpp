// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/timex.h>
#include <unistd.h>

#include <airspool/core/clock.h>

#include "clock_signs.h"

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

TEST(BootZeroTest, IsWhatTheCalendarSaidAtBoot) {
  EXPECT_EQ(boot_zero_of(ManualClock(WallTime(seconds(1000)), BootTime(seconds(5)))), WallTime(seconds(995)));
}

TEST(BuildTimeTest, IsInThePast) {
  EXPECT_GT(build_time(), WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 1)));
  EXPECT_LE(build_time(), SystemClock().wall_now());
}

TEST(MeansSynchronisedTest, BelievesTheKernelOnlyWithoutABut) {
  EXPECT_TRUE(means_synchronised(TIME_OK, STA_PLL, 2'000));
  EXPECT_TRUE(means_synchronised(TIME_INS, STA_PLL, 2'000)) << "a leap second is to come: it is right all the same";
  EXPECT_FALSE(means_synchronised(-1, 0, 0));
  EXPECT_FALSE(means_synchronised(TIME_ERROR, STA_PLL, 2'000));
  EXPECT_FALSE(means_synchronised(TIME_OK, STA_UNSYNC, 2'000));
  EXPECT_FALSE(means_synchronised(TIME_OK, STA_PLL, 16'000'000));
}

// A machine made of some files.
class ClockStateTest : public ::testing::Test {
 protected:
  ClockStateTest() {
    const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
    root_ = std::string(::testing::TempDir()) + "airspool-" + info->name() + "-" + std::to_string(getpid());
    std::filesystem::remove_all(root_);
  }
  ~ClockStateTest() override { std::filesystem::remove_all(root_); }

  void file(const std::string& path, const std::string& text = "") const {
    const std::filesystem::path whole = root_ + path;
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole) << text;
  }
  [[nodiscard]] ClockState state(bool kernel = false) const {
    return SystemClock(root_, [kernel] { return kernel; }).state();
  }

  std::string root_;
};

TEST_F(ClockStateTest, IsSynchronisedWhenTimesyncdHasSetIt) {
  file("/run/systemd/timesync/synchronized");
  EXPECT_EQ(state(), ClockState::kSynchronised);
}

TEST_F(ClockStateTest, IsSynchronisedWhenTheKernelSaysSo) { EXPECT_EQ(state(true), ClockState::kSynchronised); }

TEST_F(ClockStateTest, RunsFreeWhereNothingLooksAfterIt) {
  file("/proc/1/comm", "sh\n");
  file("/proc/self/comm", "airspool\n");
  EXPECT_EQ(state(), ClockState::kFreeRunning);
}

TEST_F(ClockStateTest, WaitsForAServiceThatRuns) {
  file("/proc/1/comm", "init\n");
  file("/proc/812/comm", "chronyd\n");
  EXPECT_EQ(state(), ClockState::kUnsynchronised);
}

TEST_F(ClockStateTest, WaitsForTimesyncdAlsoWhenProcessesAreHidden) {
  std::filesystem::create_directories(root_ + "/run/systemd/timesync");
  EXPECT_EQ(state(), ClockState::kUnsynchronised);
}

TEST_F(ClockStateTest, WaitsForAServiceThatIsStillToStart) {
  std::filesystem::create_directories(root_ + "/run/systemd/system");
  file("/etc/systemd/system/multi-user.target.wants/chrony.service");
  EXPECT_EQ(state(), ClockState::kUnsynchronised);
}

TEST_F(ClockStateTest, DoesNotWaitForAServiceThatNobodyStarts) {
  file("/etc/systemd/system/sysinit.target.wants/systemd-timesyncd.service");
  EXPECT_EQ(state(), ClockState::kFreeRunning) << "no systemd";
  std::filesystem::create_directories(root_ + "/run/systemd/system");
  file("/run/systemd/container", "lxc");
  EXPECT_EQ(state(), ClockState::kFreeRunning) << "timesyncd does not start in a container";
}

TEST_F(ClockStateTest, SeesTheSynchronisationAtOnce) {
  bool kernel = false;
  const SystemClock clock(root_, [&kernel] { return kernel; });
  EXPECT_EQ(clock.state(), ClockState::kFreeRunning);
  kernel = true;
  EXPECT_EQ(clock.state(), ClockState::kSynchronised);
}

TEST_F(ClockStateTest, KnowsTheBootByItsName) {
  EXPECT_EQ(boot_id(root_), "");
  file("/proc/sys/kernel/random/boot_id", "0f3a5f0e-1f5b-4b0c-9a68-3c9f5f0b2a11\n");
  EXPECT_EQ(boot_id(root_), "0f3a5f0e-1f5b-4b0c-9a68-3c9f5f0b2a11");
}

}  // namespace
}  // namespace airspool
