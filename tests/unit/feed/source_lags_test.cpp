// SPDX-License-Identifier: Apache-2.0
#include "source_lags.h"

#include <array>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;

constexpr BootTime kSent{1000s};

// One transmission that two sources tell so much later.
void tell(SourceLags& lags, unsigned a, Nanoseconds late_a, unsigned b, Nanoseconds late_b) {
  lags.learn(a, lags.put_right(a, kSent + late_a), b, lags.put_right(b, kSent + late_b));
}
Nanoseconds lag_of(const SourceLags& lags, unsigned source) { return kSent - lags.put_right(source, kSent); }

TEST(SourceLagsTest, LearnsWhoIsLate) {
  SourceLags lags;
  for (int n = 0; n < 100; ++n) tell(lags, 1, 20ms, 2, 620ms);
  EXPECT_EQ(lag_of(lags, 1), 0ms);
  EXPECT_NEAR(std::chrono::duration<double>(lag_of(lags, 2)).count(), 0.6, 0.001);
}

TEST(SourceLagsTest, OurOwnRadioIsRight) {
  SourceLags lags;
  for (int n = 0; n < 100; ++n) tell(lags, 3, 620ms, 0, 0ms);
  EXPECT_NEAR(std::chrono::duration<double>(lag_of(lags, 3)).count(), 0.62, 0.001);
  for (int n = 0; n < 100; ++n) tell(lags, 4, 0ms, 0, 50ms);
  EXPECT_EQ(lag_of(lags, 0), 0ms);
}

TEST(SourceLagsTest, FollowsASourceThatBecomesQuick) {
  SourceLags lags;
  for (int n = 0; n < 100; ++n) tell(lags, 1, 0ms, 2, 600ms);
  for (int n = 0; n < 100; ++n) tell(lags, 1, 0ms, 2, 30ms);
  EXPECT_NEAR(std::chrono::duration<double>(lag_of(lags, 2)).count(), 0.03, 0.001);
}

TEST(SourceLagsTest, JitterDoesNotPushAllOfThemUp) {
  SourceLags lags;
  std::uint32_t random = 1;
  const auto jitter = [&] {
    random = random * 1'664'525U + 1'013'904'223U;
    return Nanoseconds(random >> 8U) * 4;  // up to 67 ms
  };
  for (int n = 0; n < 30'000; ++n) {
    const unsigned a = 1 + static_cast<unsigned>(n) % 3;
    tell(lags, a, jitter(), a % 3 + 1, jitter());
  }
  for (unsigned source = 1; source <= 3; ++source) EXPECT_LT(lag_of(lags, source), 70ms) << source;
}

TEST(SourceLagsTest, HasALimit) {
  SourceLags lags;
  for (int n = 0; n < 1'000; ++n) tell(lags, 1, 0ms, 2, 10s);
  EXPECT_EQ(lag_of(lags, 2), SourceLags::kMost);
}

}  // namespace
}  // namespace airspool::feed
