// SPDX-License-Identifier: Apache-2.0
#include "segments.h"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace airspool::spool {
namespace {

using namespace std::chrono_literals;

const WallTime kBuilt{1'780'000'000s};
const WallTime kDay{1'790'000'000s};  // some day, and the hours of it
const Calendar kToday{kDay + 10h};    // this boot began at ten

class SegmentsTest : public ::testing::Test {
 protected:
  // Boot times of its first and last batch.
  void add(const std::string& boot, SegmentState state, WallTime boot_zero, Nanoseconds from, Nanoseconds to) {
    segments_.add({segments_.last_id() + 1, boot, BootTime(from), BootTime(to), boot_zero, state});
  }
  std::vector<SegmentRow> place(const Calendar& calendar = kToday) {
    return segments_.place("today", calendar, kBuilt);
  }

  Segments segments_;
};

TEST_F(SegmentsTest, HasNothingToPlaceWhenNothingIsHeld) {
  EXPECT_TRUE(place().empty());
  add("today", SegmentState::kSynchronised, kToday.boot_zero, 1s, 2s);
  EXPECT_TRUE(place().empty());
  EXPECT_FALSE(segments_.any_held());
}

TEST_F(SegmentsTest, ThisBootIsExact) {
  add("today", SegmentState::kHeld, WallTime(0s), 10s, 600s);
  EXPECT_TRUE(segments_.any_held());
  const auto placed = place();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].boot_zero, kToday.boot_zero);
  EXPECT_EQ(placed[0].state, SegmentState::kCorrected);
  segments_.replace(placed[0]);
  EXPECT_FALSE(segments_.any_held());
}

TEST_F(SegmentsTest, ThisBootIsUnverifiedWhenItsClockIs) {
  add("today", SegmentState::kHeld, WallTime(0s), 10s, 600s);
  const auto placed = place({kToday.boot_zero, ClockQuality::kUnverified});
  EXPECT_EQ(placed[0].state, SegmentState::kUnverified);
}

TEST_F(SegmentsTest, ABootThatWasSynchronisedLaterIsExactToo) {
  add("before", SegmentState::kHeld, WallTime(0s), 10s, 600s);
  add("before", SegmentState::kSynchronised, kDay + 2h, 601s, 900s);
  const auto placed = place();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].boot_zero, kDay + 2h);
  EXPECT_EQ(placed[0].state, SegmentState::kCorrected);
}

TEST_F(SegmentsTest, ABootWithoutAClockEndedWhenTheNextBegan) {
  add("good", SegmentState::kSynchronised, kDay, 1s, 1h);
  add("lost", SegmentState::kHeld, WallTime(0s), 10s, 3600s);
  const auto placed = place();
  ASSERT_EQ(placed.size(), 1U);
  EXPECT_EQ(placed[0].state, SegmentState::kEstimated);
  EXPECT_EQ(placed[0].calendar().at(BootTime(3600s)), kToday.boot_zero);
  EXPECT_EQ(placed[0].calendar().at(BootTime(10s)), kToday.boot_zero - 3590s) << "distances are kept";
}

TEST_F(SegmentsTest, ItsOwnClockCountsWhereItIsPossible) {
  add("good", SegmentState::kSynchronised, kDay, 1s, 1h);
  add("lost", SegmentState::kHeld, kDay + 5h, 10s, 3600s);
  const auto placed = place();
  EXPECT_EQ(placed[0].boot_zero, kDay + 5h);
  EXPECT_EQ(placed[0].state, SegmentState::kEstimated);
}

TEST_F(SegmentsTest, ItsOwnClockMayNotBeBeforeTheBuild) {
  add("lost", SegmentState::kHeld, kBuilt - 1h, 10s, 60s);
  EXPECT_EQ(place()[0].boot_zero, kToday.boot_zero - 60s);
}

TEST_F(SegmentsTest, TwoBootsWithoutAClockFollowOneAnother) {
  add("good", SegmentState::kSynchronised, kDay, 1s, 1h);
  add("lost-1", SegmentState::kHeld, WallTime(0s), 10s, 1000s);
  add("lost-2", SegmentState::kHeld, WallTime(0s), 20s, 500s);
  add("lost-2", SegmentState::kHeld, WallTime(7s), 501s, 2000s);
  const auto placed = place();
  ASSERT_EQ(placed.size(), 3U);
  EXPECT_EQ(placed[2].calendar().at(BootTime(2000s)), kToday.boot_zero);
  EXPECT_EQ(placed[1].boot_zero, placed[2].boot_zero) << "one boot, one calendar";
  EXPECT_EQ(placed[0].calendar().at(BootTime(1000s)), placed[1].boot_zero) << "before the second one began";
}

TEST_F(SegmentsTest, ABetterNeighbourWinsWhereThereIsTooLittleRoom) {
  add("good", SegmentState::kSynchronised, kToday.boot_zero - 1h, 1s, 1800s);  // until half past nine
  add("lost", SegmentState::kHeld, WallTime(0s), 10s, 3600s);                  // an hour long
  const auto by_the_next = place();
  EXPECT_EQ(by_the_next[0].calendar().at(BootTime(3600s)), kToday.boot_zero);
  EXPECT_EQ(by_the_next[0].state, SegmentState::kEstimated);
  const auto by_the_last = place({WallTime(5s), ClockQuality::kUnverified});  // 1970
  EXPECT_EQ(by_the_last[0].calendar().at(BootTime(10s)), kToday.boot_zero - 30min);
  EXPECT_EQ(by_the_last[0].state, SegmentState::kUnverified);
}

TEST_F(SegmentsTest, KnowsTheNewestMomentWithFinalTimes) {
  EXPECT_FALSE(segments_.newest());
  add("a", SegmentState::kUnverified, kDay, 1s, 50s);
  add("b", SegmentState::kEstimated, kDay, 1s, 500s);
  add("c", SegmentState::kHeld, kDay, 1s, 900s);
  EXPECT_EQ(segments_.newest(), kDay + 50s);
  segments_.reaches(1, BootTime(60s));
  EXPECT_EQ(segments_.newest(), kDay + 60s);
  segments_.reaches_wall(0, kDay + 70s);
  EXPECT_EQ(segments_.newest(), kDay + 70s);
}

TEST_F(SegmentsTest, ForgetsWhatNobodyWillAskFor) {
  add("a", SegmentState::kSynchronised, kDay, 1s, 50s);
  add("b", SegmentState::kSynchronised, kDay + 1h, 1s, 50s);
  add("c", SegmentState::kUnverified, kDay + 9h, 1s, 50s);
  add("d", SegmentState::kUnverified, kDay + 2h, 1s, 50s);
  add("e", SegmentState::kSynchronised, kDay - 1h, 1s, 50s);
  EXPECT_EQ(segments_.forget_before(5), (std::vector<std::int64_t>{1, 4}));
  EXPECT_EQ(segments_.newest(), kDay + 9h + 50s);
  EXPECT_EQ(segments_.last_id(), 5);
  EXPECT_NE(segments_.find(2), nullptr);
  EXPECT_EQ(segments_.find(4), nullptr);
}

}  // namespace
}  // namespace airspool::spool
