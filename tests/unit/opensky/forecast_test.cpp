// SPDX-License-Identifier: Apache-2.0
#include "forecast.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_words.h"

namespace airspool::opensky {
namespace {

using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Forecast told(const PollerSettings& settings) { return forecast(settings, requests_for(settings.query)); }

TEST(ForecastTest, TheWholeWorldIsSaidWithItsDailyCost) {
  const Forecast said = told({});
  EXPECT_THAT(said.notes, ElementsAre(HasSubstr("the whole world is asked for: 4 credits every 864 s, 400 of 400")));
  EXPECT_THAT(said.warnings, IsEmpty());
}

TEST(ForecastTest, AnIntervalByHandNamesTheHourAtWhichTheCreditsRunOut) {
  PollerSettings settings;
  settings.query.areas = {{45.8389, 5.9962, 47.8229, 10.5226}};
  settings.interval = seconds(30);
  EXPECT_THAT(told(settings).warnings, ElementsAre(HasSubstr("they run out at 03:20 UTC")));
  settings.account = Account::kStandard;
  settings.credentials = Credentials{"a", "b"};
  EXPECT_THAT(told(settings).warnings, IsEmpty()) << "2,880 of 4,000";
  EXPECT_THAT(told(settings).notes, ElementsAre(HasSubstr("1 credit every 30 s, 2880 of 4000 credits a day")));
}

TEST(ForecastTest, AnHourlyAccountRunsOutWithinTheHour) {
  PollerSettings settings;
  settings.account = Account::kLicensed;
  settings.credentials = Credentials{"a", "b"};
  settings.query.areas.assign(10, Area{});
  settings.interval = seconds(5);
  EXPECT_THAT(told(settings).warnings, ElementsAre(HasSubstr("30 minutes past each hour")));
}

TEST(ForecastTest, AnIntervalBelowTheResolutionIsStretched) {
  PollerSettings settings;
  settings.query.areas = {{45, 6, 46, 7}};
  settings.interval = seconds(2);
  EXPECT_THAT(told(settings).warnings, testing::Contains(HasSubstr("asking every 10 s")));
}

TEST(ForecastTest, OwnSensorsAreFree) {
  PollerSettings settings;
  settings.query.own = true;
  settings.credentials = Credentials{"a", "b"};
  EXPECT_THAT(told(settings).notes, ElementsAre(HasSubstr("no credits")));
}

TEST(HttpWordsTest, TheDateOfAnAnswer) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), WallTime(seconds(784'111'777)));
  EXPECT_EQ(parse_http_date("Sun, 28 Dec 2025 02:14:19 GMT"), WallTime(seconds(1'766'888'059)));
  for (const char* text :
       {"", "1766888059", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 06 Xxx 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT", "Sun, 06 Nov 5994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

}  // namespace
}  // namespace airspool::opensky
