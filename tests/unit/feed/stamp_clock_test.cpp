// SPDX-License-Identifier: Apache-2.0
#include "stamp_clock.h"

#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;

constexpr BootTime kStart{5000s};
constexpr std::uint64_t kSecond = 12'000'000;

TEST(StampClockTest, TakesTheArrivalWhereNothingIsLate) {
  StampClock clock;
  for (std::uint64_t n = 0; n < 100; ++n) {
    const BootTime arrival = kStart + std::chrono::seconds(n);
    EXPECT_EQ(clock.time_of(77 + n * kSecond, arrival), arrival);
  }
}

TEST(StampClockTest, PullsABunchApart) {
  StampClock clock;
  EXPECT_EQ(clock.time_of(0, kStart), kStart);
  EXPECT_EQ(clock.time_of(kSecond / 2, kStart + 800ms), kStart + 500ms);
  EXPECT_EQ(clock.time_of(kSecond * 6 / 10, kStart + 800ms), kStart + 600ms);
}

TEST(StampClockTest, CorrectsByASecondAtMost) {
  StampClock clock;
  clock.time_of(0, kStart);
  EXPECT_EQ(clock.time_of(kSecond, kStart + 4s), kStart + 3s);
}

TEST(StampClockTest, StartsAgainWithTheSendersClock) {
  StampClock clock;
  clock.time_of(1'000'000 * kSecond, kStart);
  EXPECT_EQ(clock.time_of(0, kStart + 1s), kStart + 1s);
  EXPECT_EQ(clock.time_of(kSecond, kStart + 2s), kStart + 2s);
}

TEST(StampClockTest, FollowsAClockThatLosesTime) {
  // Samples that the other receiver lost: its stamps lag for good.
  StampClock clock;
  BootTime last{};
  for (std::uint64_t n = 0; n <= 30; ++n) {
    const std::uint64_t lost = n < 5 ? 0 : kSecond / 2;
    last = clock.time_of(n * kSecond + kSecond - lost, kStart + std::chrono::seconds(n));
    EXPECT_LE(last, kStart + std::chrono::seconds(n));
  }
  EXPECT_EQ(last, kStart + 30s);
}

TEST(StampClockTest, TakesAnyStamp) {
  StampClock clock;
  constexpr std::uint64_t kMost = (std::uint64_t{1} << 48U) - 1;
  for (const std::uint64_t stamp : {kMost, std::uint64_t{0}, kMost, kMost / 2}) {
    EXPECT_EQ(clock.time_of(stamp, kStart), kStart);
  }
}

}  // namespace
}  // namespace airspool::feed
