// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/radio/gain_control.h>

namespace airspool::radio {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A second of signal.
GainEvidence second(double noise_dbfs, std::uint64_t frames = 100, std::uint64_t strong = 0) {
  return {1.0, frames, strong, std::pow(10.0, noise_dbfs / 10.0) * 1000.0, 1000};
}

// So many seconds of it; the last verdict.
std::optional<GainPolicy::Verdict> feed(GainPolicy& policy, int seconds, const GainEvidence& evidence) {
  std::optional<GainPolicy::Verdict> last;
  for (int i = 0; i < seconds; ++i) {
    if (auto verdict = policy.observe(evidence)) last = std::move(verdict);
  }
  return last;
}

TEST(GainPolicyTest, TooManyStrongMessagesAreAStepDownAPeriod) {
  GainPolicy policy(10, 5);
  EXPECT_FALSE(feed(policy, 19, second(-30, 100, 8)));
  const auto verdict = feed(policy, 1, second(-30, 100, 8));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->step, 4U);
  EXPECT_EQ(verdict->reason, "8.0 % of 2000 messages above -3 dBFS: more than 5 %, a step down");
  EXPECT_EQ(feed(policy, 20, second(-30, 100, 8))->step, 3U);
}

TEST(GainPolicyTest, BetweenTheLimitsNothingMoves) {
  GainPolicy policy(10, 5);
  for (const double noise : {-36.9, -30.0, -24.1}) {
    for (const std::uint64_t strong : {0U, 1U, 3U, 5U}) {
      const auto verdict = feed(policy, 20, second(noise, 100, strong));
      ASSERT_TRUE(verdict);
      EXPECT_EQ(verdict->step, 5U) << noise << ' ' << strong;
      EXPECT_THAT(verdict->reason, HasSubstr("as it should be"));
    }
  }
  EXPECT_EQ(feed(policy, 20, second(-45, 100, 2))->step, 5U)
      << "strong ones are there: no step up for the noise's sake";
}

TEST(GainPolicyTest, NoiseThatFillsTheConverterIsAStepDownEvenWithoutMessages) {
  GainPolicy policy(10, 5);
  const auto verdict = feed(policy, 20, second(-20, 0));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->step, 4U);
  EXPECT_THAT(verdict->reason, HasSubstr("noise floor -20.0 dBFS"));
}

TEST(GainPolicyTest, NoiseBelowTheConvertersStepsIsAStepUp) {
  GainPolicy policy(10, 5);
  EXPECT_EQ(feed(policy, 20, second(-42))->step, 6U);
  EXPECT_EQ(feed(policy, 100, second(-42))->step, 9U);
  EXPECT_THAT(feed(policy, 20, second(-42))->reason, HasSubstr("at its highest"));
}

TEST(GainPolicyTest, FewMessagesAreWaitedFor) {
  GainPolicy policy(10, 5);
  EXPECT_FALSE(feed(policy, 99, second(-30, 1, 1)));
  EXPECT_EQ(feed(policy, 1, second(-30, 1, 1))->step, 4U) << "a hundred are enough";
  // A quiet night: no share can be told, and nothing is changed for it.
  EXPECT_FALSE(feed(policy, 179, second(-30, 0)));
  EXPECT_EQ(feed(policy, 1, second(-30, 0))->step, 4U);
}

TEST(GainPolicyTest, AfterAStepDownThereIsNoneUpForTenMinutes) {
  GainPolicy policy(10, 5);
  ASSERT_EQ(feed(policy, 20, second(-38, 100, 9))->step, 4U);
  EXPECT_THAT(feed(policy, 20, second(-42))->reason, HasSubstr("lowered less than 10 minutes ago"));
  EXPECT_EQ(feed(policy, 560, second(-42))->step, 4U);
  EXPECT_EQ(feed(policy, 20, second(-42))->step, 5U);
}

TEST(GainPolicyTest, SettlesOnEverySky) {
  // Messages of 40 dB of dynamic range, noise 20 to 60 dB below full scale at the gain in the middle.
  for (double noise_at_40 = -60.0; noise_at_40 <= -10.0; noise_at_40 += 5.0) {
    GainPolicy policy(51, 40);
    std::size_t step = 40;
    int moves = 0;
    for (int period = 0; period < 400; ++period) {
      const double gain = static_cast<double>(step) - 40.0;
      const double noise = std::max(-50.0, noise_at_40 + gain);
      // Strength is spread evenly over the 40 dB above the noise: the share above -3 dBFS follows.
      const double share = std::clamp((noise_at_40 + gain + 40.0 + 3.0) / 40.0, 0.0, 1.0);
      const auto verdict = feed(policy, 20, second(noise, 1000, static_cast<std::uint64_t>(share * 1000.0)));
      ASSERT_TRUE(verdict);
      ASSERT_LE(std::max(verdict->step, step) - std::min(verdict->step, step), 1U);
      if (period >= 100) moves += verdict->step != step ? 1 : 0;
      step = verdict->step;
    }
    EXPECT_EQ(moves, 0) << "noise " << noise_at_40 << " dBFS at 40 dB: rests at " << step;
  }
}

class GainControlTest : public testing::Test {
 protected:
  GainControl::Apply apply() {
    return [this](std::optional<int> tenth_db) -> Result<void> {
      if (fails_) return fail(ErrorCode::kIo, "device 1: setting the gain failed");
      set_.push_back(tenth_db.value_or(-1));
      return {};
    };
  }
  const std::vector<int> table_{496, 0, 197, 386, 402};  // librtlsdr's are sorted, others' need not be
  std::vector<int> set_;
  bool fails_ = false;
};

TEST_F(GainControlTest, TakesTheNearestAndSaysSo) {
  GainControl control({GainChoice::Mode::kFixed, 38.0});
  ASSERT_TRUE(control.attach(table_, apply()));
  EXPECT_THAT(set_, ElementsAre(386));
  EXPECT_EQ(control.state().reason, "fixed: 38.6 dB, the nearest that the tuner has to 38.0 dB");
  EXPECT_EQ(control.choose({GainChoice::Mode::kFixed, 49.6}).value(), "fixed: 49.6 dB");
  EXPECT_EQ(control.choose({GainChoice::Mode::kAgc, 0.0}).value(), "agc: the tuner's own control");
  EXPECT_FALSE(control.state().gain_db);
  EXPECT_THAT(set_, ElementsAre(386, 496, -1));
  EXPECT_EQ(control.state().changes, 2U);
}

TEST_F(GainControlTest, AWishOutlivesTheTuner) {
  GainControl control({});
  EXPECT_THAT(control.choose({GainChoice::Mode::kFixed, 20.0}).value(), HasSubstr("no dongle is there now"));
  ASSERT_TRUE(control.attach(table_, apply()));
  control.detach();
  EXPECT_FALSE(control.state().gain_db);
  ASSERT_TRUE(control.attach(table_, apply()));
  EXPECT_THAT(set_, ElementsAre(197, 197));
}

TEST_F(GainControlTest, AutoFollowsAndRemembersWhereItWas) {
  GainControl control({});
  ASSERT_TRUE(control.attach(table_, apply()));
  EXPECT_EQ(control.state().gain_db, 40.2);
  bool moved = false;
  for (int i = 0; i < 20; ++i) moved = control.observe(second(-30, 100, 20)) || moved;
  EXPECT_TRUE(moved);
  EXPECT_EQ(control.state().gain_db, 38.6);
  EXPECT_THAT(control.state().reason, HasSubstr("auto: 20.0 % of 2000 messages above -3 dBFS"));
  EXPECT_EQ(control.state().changes, 1U);
  control.detach();
  EXPECT_FALSE(control.observe(second(-30, 100, 20)));
  ASSERT_TRUE(control.attach(table_, apply()));
  EXPECT_THAT(set_, ElementsAre(402, 386, 386));
}

TEST_F(GainControlTest, AFixedGainIsLeftAlone) {
  GainControl control({GainChoice::Mode::kFixed, 49.6});
  ASSERT_TRUE(control.attach(table_, apply()));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(control.observe(second(-10, 100, 90)));
}

TEST_F(GainControlTest, ATunerThatDoesNotTakeItIsTold) {
  GainControl control({});
  ASSERT_TRUE(control.attach(table_, apply()));
  fails_ = true;
  const auto chosen = control.choose({GainChoice::Mode::kFixed, 0.0});
  ASSERT_FALSE(chosen);
  EXPECT_THAT(chosen.error().message, HasSubstr("setting the gain failed"));
  EXPECT_EQ(control.state().gain_db, 40.2);
}

TEST_F(GainControlTest, ATunerWithoutATable) {
  GainControl control({GainChoice::Mode::kFixed, 30.0});
  ASSERT_TRUE(control.attach({}, apply()));
  EXPECT_THAT(set_, ElementsAre(-1));
  EXPECT_THAT(control.state().reason, HasSubstr("no gains to choose from"));
}

TEST_F(GainControlTest, WhoWasOvertakenChangesNothing) {
  GainControl control({});
  ASSERT_TRUE(control.attach(table_, apply(), 2));
  EXPECT_FALSE(control.attach({0}, apply(), 1));
  control.detach(1);
  EXPECT_EQ(control.state().gain_db, 40.2);
  control.detach(2);
  EXPECT_FALSE(control.state().gain_db);
}

TEST(ParseGainTest, NumbersAndWords) {
  EXPECT_EQ(parse_gain("38.6").value(), (GainChoice{GainChoice::Mode::kFixed, 38.6}));
  EXPECT_EQ(parse_gain("auto").value().mode, GainChoice::Mode::kAuto);
  EXPECT_EQ(parse_gain("agc").value().mode, GainChoice::Mode::kAgc);
  for (const char* wrong : {"", "max", "-10", "61", "38,6", "38.6 dB", "nan", "inf"}) {
    EXPECT_FALSE(parse_gain(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace airspool::radio
