// SPDX-License-Identifier: Apache-2.0
#include <chrono>

#include <gmock/gmock.h>

#include <airspool/opensky/trial.h>

#include "fakes/mock_opensky.h"

namespace airspool::opensky {
namespace {

using testing::HasSubstr;

class TrialTest : public testing::Test {
 protected:
  Trial ask(const PollerSettings& settings) { return try_opensky(settings, client_, clock_); }
  static PollerSettings anonymous() {
    PollerSettings settings;
    settings.base_url = "https://mock/api/";
    settings.token_url = "https://mock/token";
    settings.query.areas = {Area{45, 5, 48, 11}};
    return settings;
  }
  static PollerSettings with_secret(const std::string& secret) {
    PollerSettings settings = anonymous();
    settings.account = Account::kStandard;
    settings.credentials = Credentials{"mock-client", secret};
    return settings;
  }

  ManualClock clock_{WallTime(std::chrono::seconds(1'766'888'059)), BootTime(std::chrono::hours(1))};
  test::MockOpenSkyService service_{{}, clock_};
  test::MockOpenSkyClient client_{service_, clock_, std::chrono::milliseconds(100)};
};

TEST_F(TrialTest, CostsOneCreditHoweverLargeTheArea) {
  const Trial trial = ask(anonymous());
  EXPECT_EQ(trial.trouble, "");
  EXPECT_EQ(trial.token_trouble, "");
  EXPECT_FALSE(trial.has_token);
  EXPECT_EQ(service_.books().credits, 1U);
  EXPECT_EQ(trial.credits_left, 399);
  ASSERT_EQ(trial.notes.size(), 1U);
  EXPECT_THAT(trial.notes[0], HasSubstr("of 400 credits a day"));
}

TEST_F(TrialTest, GetsATokenWhereThereAreCredentials) {
  const Trial trial = ask(with_secret("mock-secret"));
  EXPECT_TRUE(trial.has_token);
  EXPECT_EQ(trial.trouble, "");
  EXPECT_EQ(trial.credits_left, 3'999);
}

TEST_F(TrialTest, AWrongSecretIsSaidAndNothingIsAsked) {
  const Trial trial = ask(with_secret("wrong"));
  EXPECT_THAT(trial.token_trouble, HasSubstr("OpenSky does not know this client id, or the secret is wrong"));
  EXPECT_EQ(service_.books().states, 0U);
}

TEST_F(TrialTest, TroubleOfTheServiceIsSaid) {
  service_.script({test::MockFault::kHtml});
  EXPECT_THAT(ask(anonymous()).trouble, HasSubstr("web page"));
  service_.script({test::MockFault::kTooMany});
  EXPECT_THAT(ask(anonymous()).trouble, HasSubstr("429"));
}

TEST_F(TrialTest, AnIntervalThatTheCreditsDoNotLastForIsSaid) {
  PollerSettings settings = anonymous();
  settings.interval = std::chrono::seconds(20);
  EXPECT_EQ(ask(settings).warnings.size(), 1U);
}

}  // namespace
}  // namespace airspool::opensky
