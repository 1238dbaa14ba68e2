// SPDX-License-Identifier: Apache-2.0
#include "effort_governor.h"

#include <gtest/gtest.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;
using modes::Effort;

// So many seconds of signal in blocks of 50 ms, of which each takes this share of its length.
Effort after(EffortGovernor& governor, int seconds, double load) {
  for (int block = 0; block < 20 * seconds; ++block) {
    governor.observe(50ms, std::chrono::duration_cast<Nanoseconds>(50ms * load));
  }
  return governor.effort();
}

TEST(EffortGovernorTest, LeavesAnEffortThatFits) {
  EffortGovernor governor(Effort::kFull);
  EXPECT_EQ(after(governor, 100, 0.8), Effort::kFull);
  EXPECT_NEAR(governor.load(), 0.8, 0.01);
}

TEST(EffortGovernorTest, StepsDownWhileTheSamplesTakeTooLong) {
  EffortGovernor governor(Effort::kFull);
  EXPECT_EQ(after(governor, 1, 1.3), Effort::kBalanced);
  EXPECT_EQ(after(governor, 1, 0.6), Effort::kBalanced);
  EXPECT_EQ(after(governor, 1, 1.1), Effort::kEco);
  EXPECT_EQ(after(governor, 5, 2.0), Effort::kEco);
}

TEST(EffortGovernorTest, SaysEachChangeOnce) {
  EffortGovernor governor(Effort::kBalanced);
  EXPECT_EQ(governor.observe(1s, 950ms), Effort::kEco);
  EXPECT_EQ(governor.observe(1s, 950ms), std::nullopt);
}

TEST(EffortGovernorTest, DoesNotGoByOneBusyBlock) {
  EffortGovernor governor(Effort::kFull);
  EXPECT_EQ(governor.observe(50ms, 200ms), std::nullopt);
  EXPECT_EQ(after(governor, 1, 0.3), Effort::kFull);
}

TEST(EffortGovernorTest, StepsUpAgainWhenThereHasBeenRoomForAWhile) {
  EffortGovernor governor(Effort::kFull);
  after(governor, 2, 1.5);
  EXPECT_EQ(after(governor, 29, 0.1), Effort::kEco);
  EXPECT_EQ(after(governor, 1, 0.1), Effort::kBalanced);
  EXPECT_EQ(after(governor, 30, 0.1), Effort::kFull);
  EXPECT_EQ(after(governor, 60, 0.1), Effort::kFull);
}

TEST(EffortGovernorTest, NeverGivesMoreThanWasWanted) {
  EffortGovernor governor(Effort::kEco);
  EXPECT_EQ(after(governor, 100, 0.01), Effort::kEco);
}

TEST(EffortGovernorTest, StaysWhereMoreWouldNotFit) {
  EffortGovernor governor(Effort::kFull);
  after(governor, 1, 1.5);
  EXPECT_EQ(after(governor, 200, 0.4), Effort::kBalanced);
}

}  // namespace
}  // namespace airspool::collector
