// SPDX-License-Identifier: Apache-2.0
#include "known_addresses.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace airspool::modes {
namespace {

constexpr std::int64_t kSecond = 12'000'000;

TEST(KnownAddressesTest, KnowsWhatItLearnedUntilTheTimeToLiveIsOver) {
  KnownAddresses known;
  EXPECT_FALSE(known.contains(0x4840D6, 0));
  known.learn(0x4840D6, 10 * kSecond);
  EXPECT_TRUE(known.contains(0x4840D6, 10 * kSecond));
  EXPECT_TRUE(known.contains(0x4840D6, 10 * kSecond + KnownAddresses::kTimeToLiveTicks));
  EXPECT_FALSE(known.contains(0x4840D6, 10 * kSecond + KnownAddresses::kTimeToLiveTicks + 1));
}

TEST(KnownAddressesTest, KnowsAnAddressAMomentBeforeItsProof) {
  KnownAddresses known;
  known.learn(0x4840D6, 10 * kSecond);
  EXPECT_TRUE(known.contains(0x4840D6, 10 * kSecond - kSecond / 2));
}

TEST(KnownAddressesTest, NeverLearnsTheAddressZero) {
  KnownAddresses known;
  known.learn(0, kSecond);
  EXPECT_FALSE(known.contains(0, kSecond));
}

TEST(KnownAddressesTest, HoldsAThousandAircraftOfOneBlock) {
  KnownAddresses known;
  for (std::uint32_t k = 0; k < 1000; ++k) known.learn(0x3C6000 + k, kSecond);
  for (std::uint32_t k = 0; k < 1000; ++k) EXPECT_TRUE(known.contains(0x3C6000 + k, kSecond)) << k;
}

TEST(KnownAddressesTest, HoldsNearlyAllOfTwoThousandAircraftOfAllTheWorld) {
  KnownAddresses known;
  std::vector<std::uint32_t> aircraft(2000);
  std::uint32_t random = 1;
  for (std::uint32_t& address : aircraft) {
    random = random * 1664525U + 1013904223U;
    address = random >> 8U;
    known.learn(address, kSecond);
  }
  const auto held =
      std::count_if(aircraft.begin(), aircraft.end(), [&](std::uint32_t n) { return known.contains(n, kSecond); });
  EXPECT_GE(held, 1970);
}

TEST(KnownAddressesTest, ForgetsTheStalestWhenItIsFull) {
  KnownAddresses known;
  for (std::uint32_t k = 1; k <= 100'000; ++k) known.learn(k, k * 1000);
  EXPECT_FALSE(known.contains(1, 100'000'000));
  EXPECT_TRUE(known.contains(100'000, 100'000'000));
}

TEST(KnownAddressesTest, ForgetsEverythingWhenTold) {
  KnownAddresses known;
  known.learn(0x4840D6, kSecond);
  known.clear();
  EXPECT_FALSE(known.contains(0x4840D6, kSecond));
}

TEST(KnownAddressesTest, NamesEachAddressThatLivesOnceThoughItWasDisplacedAndCameBack) {
  KnownAddresses known;
  for (int round = 0; round < 2; ++round) {
    for (std::uint32_t k = 1; k <= 6000; ++k) known.learn(k, k + 6000 * round);
  }
  std::vector<std::uint32_t> live(known.live().begin(), known.live().end());
  EXPECT_GT(live.size(), 1000U);
  for (const std::uint32_t address : live) EXPECT_TRUE(known.contains(address, 12'000)) << address;
  std::sort(live.begin(), live.end());
  EXPECT_EQ(std::adjacent_find(live.begin(), live.end()), live.end());
}

// 2,000 addresses that nobody has, each second for a minute, every one with a parity that fits.
class AddressFloodTest : public testing::Test {
 protected:
  static constexpr std::int64_t kSeconds = 70;
  static constexpr std::int64_t kFabricatedPerSecond = 2000;
  static constexpr std::uint32_t kAircraft = 300;

  static std::uint32_t real(std::uint32_t n) { return 0x3C6000 + 7 * n; }

  // Calls `each_second` after each. Real aircraft squitter once a second, at times of their own.
  template <typename Then>
  void flood(Then each_second) {
    std::uint32_t random = 1;
    for (std::int64_t step = 0; step < kSeconds * kFabricatedPerSecond; ++step) {
      const std::int64_t tick = step * (kSecond / kFabricatedPerSecond);
      random = random * 1664525U + 1013904223U;
      known_.learn(random >> 8U, tick);
      const auto turn = static_cast<std::uint32_t>(step % kFabricatedPerSecond);
      if (turn < kAircraft) known_.learn(real(turn), tick);
      if (turn % 20 == 0) known_.expire(tick);
      if (turn == kFabricatedPerSecond - 1) each_second(tick);
    }
  }

  KnownAddresses known_;
};

TEST_F(AddressFloodTest, DoesNotDisplaceAircraftThatGoOnSquittering) {
  flood([this](std::int64_t tick) {
    if (tick < 3 * kSecond) return;
    for (std::uint32_t n = 0; n < kAircraft; ++n) ASSERT_TRUE(known_.contains(real(n), tick)) << n << " at " << tick;
  });
}

TEST_F(AddressFloodTest, LeavesTheirRepliesTheSearch) {
  flood([this](std::int64_t tick) {
    ASSERT_LE(known_.live().size(), KnownAddresses::kMostLive);
    if (tick < 5 * kSecond) return;
    std::vector<std::uint32_t> live(known_.live().begin(), known_.live().end());
    std::sort(live.begin(), live.end());
    for (std::uint32_t n = 0; n < kAircraft; ++n) {
      ASSERT_TRUE(std::binary_search(live.begin(), live.end(), real(n))) << n << " at " << tick;
    }
  });
}

TEST_F(AddressFloodTest, IsOverTwoMinutesAfterItsLastAddress) {
  flood([](std::int64_t /*tick*/) {});
  known_.expire((kSeconds + 121) * kSecond);
  EXPECT_TRUE(known_.live().empty());
}

}  // namespace
}  // namespace airspool::modes
