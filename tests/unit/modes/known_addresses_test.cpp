// SPDX-License-Identifier: Apache-2.0
#include "known_addresses.h"

#include <cstdint>

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

}  // namespace
}  // namespace airspool::modes
