// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/clock.h>
#include <airspool/uplink/check.h>

#include "fakes/fake_sink.h"

namespace airspool::uplink {
namespace {

using namespace std::chrono_literals;

class CheckTest : public testing::Test {
 protected:
  OnStep hear() {
    return [this](const CheckStep& step) { steps_.push_back(step); };
  }
  std::vector<CheckStep> steps_;
};

TEST_F(CheckTest, AnErrorIsCutIntoWhatIsWrongAndWhatToDo) {
  const CheckStep step = failed_step("tls", "the certificate has expired; check the clock; then renew it");
  EXPECT_EQ(step.detail, "the certificate has expired");
  EXPECT_EQ(step.next, "check the clock; then renew it");
  EXPECT_EQ(failed_step("tls", "TLS: odd").next, "");
}

TEST_F(CheckTest, AClockFromBeforeTheBuildFails) {
  ManualClock clock(WallTime(8s));
  EXPECT_FALSE(check_clock(clock, hear()));
  EXPECT_EQ(steps_.at(0).state, CheckState::kFailed);
  EXPECT_NE(steps_.at(0).detail.find("1970-01-01 00:00:08 UTC"), std::string::npos) << steps_.at(0).detail;
}

TEST_F(CheckTest, AClockThatNobodyHasSetYetIsAWarning) {
  ManualClock clock(build_time() + 24h);
  clock.set_state(ClockState::kUnsynchronised);
  EXPECT_TRUE(check_clock(clock, hear()));
  EXPECT_EQ(steps_.at(0).state, CheckState::kWarning);
  clock.set_state(ClockState::kSynchronised);
  EXPECT_TRUE(check_clock(clock, hear()));
  EXPECT_EQ(steps_.at(1).state, CheckState::kGood);
}

TEST_F(CheckTest, ASinkThatSaysWhyItIsDownFailsAtLogin) {
  test::FakePlace place;
  place.away = true;
  test::FakeSink sink("lake", place);
  const SystemClock clock;
  EXPECT_FALSE(check_delivery(sink, *check_batch("roof-1", clock), clock, 5s, hear()));
  EXPECT_EQ(steps_.at(0).step, "login");
  EXPECT_EQ(steps_.at(0).detail, "the fake place is away");
}

TEST_F(CheckTest, WhatASinkSaysToTheTestMessageIsHandedOn) {
  test::FakePlace place;
  place.answers[1] = {Retry{60s, "no topic is named x; create it", "topic"}};
  test::FakeSink sink("lake", place);
  const SystemClock clock;
  EXPECT_FALSE(check_delivery(sink, *check_batch("roof-1", clock), clock, 5s, hear()));
  EXPECT_EQ(steps_.at(1).step, "delivery");
  EXPECT_EQ(steps_.at(1).detail, "no topic is named x");
  EXPECT_EQ(steps_.at(1).next, "create it");
  steps_.clear();
  EXPECT_TRUE(check_delivery(sink, *check_batch("roof-1", clock), clock, 5s, hear()));
  EXPECT_EQ(steps_.at(1).state, CheckState::kGood);
}

}  // namespace
}  // namespace airspool::uplink
