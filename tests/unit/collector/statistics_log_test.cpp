// SPDX-License-Identifier: Apache-2.0
#include "statistics_log.h"

#include <chrono>

#include <gtest/gtest.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;

constexpr BootTime kStart{1000s};

Statistics messages(std::uint64_t count) {
  Statistics fresh;
  fresh.messages = count;
  return fresh;
}

class StatisticsLogTest : public testing::Test {
 protected:
  // A tick a second, each after one message.
  void run(std::chrono::seconds time) {
    for (auto passed = 1s; passed <= time; passed += 1s) {
      log_.add(messages(1));
      now_ += 1s;
      log_.tick(now_);
    }
  }
  static void expect(const Statistics& stretch, std::uint64_t count, Nanoseconds begin, Nanoseconds end) {
    EXPECT_EQ(stretch.messages, count);
    EXPECT_EQ(stretch.begin - kStart, begin);
    EXPECT_EQ(stretch.end - kStart, end);
  }

  StatisticsLog log_{kStart};
  BootTime now_ = kStart;
};

TEST_F(StatisticsLogTest, BeginsEmpty) {
  const StatisticsReport report = log_.report();
  for (const Statistics* stretch :
       {&report.latest, &report.last_minute, &report.last_5_minutes, &report.last_15_minutes, &report.total}) {
    expect(*stretch, 0, 0s, 0s);
  }
}

TEST_F(StatisticsLogTest, LatestGrowsUntilItsMinuteIsOver) {
  run(59s);
  expect(log_.report().latest, 59, 0s, 59s);
  expect(log_.report().last_minute, 0, 0s, 0s);
  run(1s);
  expect(log_.report().latest, 0, 60s, 60s);
  expect(log_.report().last_minute, 60, 0s, 60s);
  expect(log_.report().last_5_minutes, 60, 0s, 60s);
  expect(log_.report().total, 60, 0s, 60s);
}

TEST_F(StatisticsLogTest, LongerStretchesAreTheNewestMinutes) {
  run(20min + 10s);
  const StatisticsReport report = log_.report();
  expect(report.latest, 10, 20min, 20min + 10s);
  expect(report.last_minute, 60, 19min, 20min);
  expect(report.last_5_minutes, 300, 15min, 20min);
  expect(report.last_15_minutes, 900, 5min, 20min);
  expect(report.total, 1210, 0s, 20min + 10s);
}

TEST_F(StatisticsLogTest, AfterASleepTheMinuteSaysHowLongItWas) {
  run(30s);
  now_ += 2h;
  log_.tick(now_);
  expect(log_.report().last_minute, 30, 0s, 2h + 30s);
  run(60s);
  expect(log_.report().last_minute, 60, 2h + 30s, 2h + 90s);
}

}  // namespace
}  // namespace airspool::collector
