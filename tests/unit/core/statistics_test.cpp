// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <gtest/gtest.h>

#include <airspool/core/statistics.h>

namespace airspool {
namespace {

using namespace std::chrono_literals;

TEST(StatisticsTest, StretchesAddUp) {
  Statistics first;
  first.begin = BootTime(10s);
  first.end = BootTime(70s);
  first.messages = 5;
  first.radio.samples = 100;
  first.radio.accepted[2] = 1;
  first.radio.peak_power = 0.1;
  first.radio.cpu = 3ms;
  first.positions.by_pair = 2;
  Statistics second = first;
  second.begin = first.end;
  second.end = BootTime(130s);
  second.radio.peak_power = 0.05;
  first += second;
  EXPECT_EQ(first.begin, BootTime(10s));
  EXPECT_EQ(first.end, BootTime(130s));
  EXPECT_EQ(first.messages, 10U);
  EXPECT_EQ(first.radio.samples, 200U);
  EXPECT_EQ(first.radio.accepted[2], 2U);
  EXPECT_EQ(first.radio.peak_power, 0.1) << "the highest of both";
  EXPECT_EQ(first.radio.cpu, 6ms);
  EXPECT_EQ(first.positions.by_pair, 4U);
}

TEST(StatisticsTest, LevelsAreMeansOfPowers) {
  Statistics::Radio radio;
  radio.accepted[0] = 1;
  radio.accepted[3] = 1;
  radio.signal_power = 0.001 + 0.1;
  radio.peak_power = 0.1;
  radio.noise_samples = 1000;
  radio.noise_power = 1.0;
  EXPECT_NEAR(signal_dbfs(radio).value(), -12.967, 1e-3);
  EXPECT_NEAR(peak_dbfs(radio).value(), -10.0, 1e-9);
  EXPECT_NEAR(noise_dbfs(radio).value(), -30.0, 1e-9);
}

TEST(StatisticsTest, WithoutFramesThereIsNoLevel) {
  EXPECT_FALSE(signal_dbfs({}));
  EXPECT_FALSE(peak_dbfs({}));
  EXPECT_FALSE(noise_dbfs({}));
}

}  // namespace
}  // namespace airspool
