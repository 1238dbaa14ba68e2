// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include <airspool/feed/duplicate_filter.h>

#include "fakes/frame_builder.h"

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;

constexpr BootTime kNow{1000s};

class DuplicateFilterTest : public testing::Test {
 protected:
  DuplicateFilter::Heard hear(unsigned source, Nanoseconds after, float dbfs = -20.0F) {
    frame_.signal_dbfs = dbfs;
    return filter_.take(frame_, source, kNow + after);
  }
  DuplicateFilter filter_;
  modes::ModeSFrame frame_ = test::frame_of("8D4840D6202CC371C32CE0576098");
};

TEST_F(DuplicateFilterTest, CountsWhatSeveralHearOnce) {
  EXPECT_TRUE(hear(0, 0ms).first);
  EXPECT_FALSE(hear(1, 30ms).first);
  EXPECT_FALSE(hear(2, 200ms).first);
}

TEST_F(DuplicateFilterTest, CountsWhatOneHearsTwiceTwice) {
  EXPECT_TRUE(hear(1, 0ms).first);
  EXPECT_TRUE(hear(1, 10ms).first) << "an answer to two radars";
  EXPECT_FALSE(hear(2, 15ms).first);
  EXPECT_FALSE(hear(2, 20ms).first) << "the copy of the second";
  EXPECT_TRUE(hear(2, 30ms).first) << "a third, which only this one heard";
}

TEST_F(DuplicateFilterTest, DoesNotSwallowASquitterThatIsRepeated) {
  EXPECT_TRUE(hear(1, 0ms).first);
  EXPECT_TRUE(hear(2, 400ms).first) << "the next one, which only the other heard";
  EXPECT_FALSE(hear(1, 410ms).first);
  EXPECT_TRUE(hear(1, 800ms).first);
}

TEST_F(DuplicateFilterTest, FindsACopyThatWasHeardEarlierAndComesLater) {
  EXPECT_TRUE(hear(1, 60ms).first) << "from the network at once";
  EXPECT_FALSE(hear(0, 0ms).first) << "from our own radio, which holds frames for half a second";
}

TEST_F(DuplicateFilterTest, SaysWhenACopyIsStronger) {
  hear(0, 0ms, -20.0F);
  EXPECT_EQ(hear(1, 1ms, -25.0F).weaker_dbfs, std::nullopt);
  EXPECT_EQ(hear(2, 2ms, -12.0F).weaker_dbfs, -20.0F);
  EXPECT_EQ(hear(3, 3ms, -15.0F).weaker_dbfs, std::nullopt);
  EXPECT_EQ(hear(4, 4ms, std::numeric_limits<float>::quiet_NaN()).weaker_dbfs, std::nullopt);
}

TEST_F(DuplicateFilterTest, AnySignalIsBetterThanNone) {
  hear(1, 0ms, std::numeric_limits<float>::quiet_NaN());
  const auto heard = hear(2, 1ms, -30.0F);
  ASSERT_TRUE(heard.weaker_dbfs);
  EXPECT_TRUE(std::isnan(*heard.weaker_dbfs));
}

TEST_F(DuplicateFilterTest, KeepsOtherFramesApart) {
  EXPECT_TRUE(hear(1, 0ms).first);
  frame_ = test::frame_of("8D4840D6202CC371C32CE1576098");
  EXPECT_TRUE(hear(2, 1ms).first);
}

TEST_F(DuplicateFilterTest, PutsASourceRightThatIsAlwaysLate) {
  const auto numbered = [&](int n) {
    frame_ = test::FrameBuilder::squitter(11).me(23, 39, static_cast<std::uint64_t>(n)).build();
  };
  constexpr Nanoseconds kLate = 600ms;
  int copies = 0;
  Nanoseconds off{};
  for (int n = 0; n < 100; ++n) {
    numbered(n);
    EXPECT_TRUE(hear(0, n * 500ms).first);
    const DuplicateFilter::Heard late = hear(1, n * 500ms + kLate);
    copies += late.first ? 0 : 1;
    off = late.time - (kNow + n * 500ms);
  }
  EXPECT_GT(copies, 90) << "known as copies after the first few";
  EXPECT_LT(off, 10ms);
}

TEST_F(DuplicateFilterTest, DoesNotLearnFromWhatIsRepeated) {
  for (int n = 0; n < 100; ++n) {
    hear(0, n * 1000ms);
    EXPECT_EQ(hear(1, n * 1000ms + 500ms).time, kNow + n * 1000ms + 500ms) << "another squitter, not a late copy";
  }
}

TEST_F(DuplicateFilterTest, HoldsTheLastSecondsOfABusySky) {
  constexpr int kFrames = 4000;
  const auto numbered = [&](int n) {
    frame_ = test::FrameBuilder::squitter(29).me(20, 40, static_cast<std::uint64_t>(n)).build();
  };
  int swallowed = 0;
  int missed = 0;
  for (int n = 0; n < kFrames; ++n) {
    numbered(n);
    swallowed += hear(1, n * 250us).first ? 0 : 1;
  }
  for (int n = 0; n < kFrames; ++n) {
    numbered(n);
    missed += hear(2, n * 250us).first ? 1 : 0;
  }
  EXPECT_EQ(swallowed, 0);
  EXPECT_LT(missed, kFrames / 50);
}

}  // namespace
}  // namespace airspool::feed
