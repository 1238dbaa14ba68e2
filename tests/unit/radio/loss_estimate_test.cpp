// SPDX-License-Identifier: Apache-2.0
#include "loss_estimate.h"

#include <gtest/gtest.h>

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

class LossEstimateTest : public testing::Test {
 protected:
  static constexpr std::uint64_t kBlock = 65'536;
  static constexpr Nanoseconds kLength{27'306'667};

  // So many blocks in time, each later than it should be by up to 15 ms.
  void stream(int blocks, double drift_ppm = 0.0) {
    for (int i = 0; i < blocks; ++i) {
      due_ += kLength + Nanoseconds(static_cast<Nanoseconds::rep>(27'306'667 * drift_ppm * 1e-6));
      chance_ = chance_ * 1'664'525U + 1'013'904'223U;
      lost_ += estimate_.block(due_ + Nanoseconds(chance_ % 15'000'000), kBlock);
    }
  }
  // Nobody takes them for so long: eight blocks wait then, the rest is lost.
  void pause(Nanoseconds time) {
    due_ += time;
    for (int i = 0; i < 8; ++i) lost_ += estimate_.block(due_, kBlock);
    due_ += std::max<Nanoseconds>(8 * kLength - time, 0s);
  }

  LossEstimate estimate_{2'400'000};
  BootTime due_{1000s};
  std::uint32_t chance_ = 1;
  std::uint64_t lost_ = 0;
};

TEST_F(LossEstimateTest, NothingIsLostInADayOfChance) {
  stream(200'000);
  stream(20'000, 150.0);
  stream(20'000, -150.0);
  EXPECT_EQ(lost_, 0U);
}

TEST_F(LossEstimateTest, APauseThatTheBuffersOutlastCostsNothing) {
  stream(100);
  pause(150ms);
  stream(100);
  pause(210ms);
  stream(100);
  EXPECT_EQ(lost_, 0U);
}

TEST_F(LossEstimateTest, WhatALongPauseCostsIsFound) {
  stream(100);
  pause(1s);
  EXPECT_EQ(lost_, 0U) << "it takes half a second to tell";
  stream(100);
  EXPECT_NEAR(static_cast<double>(lost_) / 2.4e6, 1.0 - 8 * 0.0273, 0.02);
  const std::uint64_t once = lost_;
  stream(1000);
  EXPECT_EQ(lost_, once) << "and it is told once";
  pause(3600s);
  stream(100);
  EXPECT_NEAR(static_cast<double>(lost_ - once) / 2.4e6, 3600.0 - 8 * 0.0273, 0.02);
}

TEST_F(LossEstimateTest, ANewStreamKnowsNothingOfTheOld) {
  stream(100);
  due_ += 100s;
  estimate_.begin();
  stream(100);
  EXPECT_EQ(lost_, 0U);
}

}  // namespace
}  // namespace airspool::radio
