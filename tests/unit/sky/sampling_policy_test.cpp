// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/sky/dead_reckoning.h>
#include <airspool/sky/sampler.h>

#include "told.h"

namespace airspool::sky {
namespace {

constexpr GeoPosition kBern{46.95, 7.44};

class PolicyTest : public ::testing::Test {
 protected:
  explicit PolicyTest(SamplingPolicy policy) : sampler_({.policy = policy, .station_id = "roof-1"}) {}

  // What comes of a message, of a row, of a tick.
  std::vector<Record> hear(const modes::Message& message, double seconds) {
    picture_.observe(message, kSignalDbfs, at(seconds));
    std::vector<Record> records;
    sampler_.consider(picture_, message.address, at(seconds), records);
    return records;
  }
  std::vector<Record> tell(CloudRow row, double seconds) {
    const Icao24 address = row.state.icao24;
    std::vector<Record> records;
    if (picture_.take(std::move(row), at(seconds))) sampler_.consider(picture_, address, at(seconds), records);
    return records;
  }
  std::vector<Record> tick(double seconds) {
    std::vector<Record> records;
    sampler_.sample(picture_, at(seconds), records);
    picture_.expire(at(seconds));
    return records;
  }

  Picture picture_{{}};
  Sampler sampler_;
};

class EveryChangeTest : public PolicyTest {
 protected:
  EveryChangeTest() : PolicyTest(SamplingPolicy::kEveryChange) {}
};

TEST_F(EveryChangeTest, AMessageThatChangesAFieldIsARecord) {
  EXPECT_EQ(hear(speed(230.0), 0.0).size(), 1U);
  EXPECT_TRUE(hear(speed(230.0), 0.5).empty());
  EXPECT_TRUE(hear(speed(230.001), 1.0).empty()) << "not in the decimals that are printed";
  const auto records = hear(speed(231.0), 1.5);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records.front().state.ground_speed_mps, 231.0);
  EXPECT_EQ(records.front().last_contact, RecordTime(at(1.5)));
  EXPECT_EQ(records.front().station_id, "roof-1");
}

TEST_F(EveryChangeTest, NoClockMakesARecord) {
  hear(speed(230.0), 0.0);
  hear(speed(230.0), 20.0);
  EXPECT_TRUE(tick(21.0).empty());
}

TEST_F(EveryChangeTest, EachRowThatIsNewsIsARecord) {
  EXPECT_EQ(tell(told(kBern, 0.0, 1.0), 2.0).size(), 1U);
  EXPECT_TRUE(tell(told(kBern, 0.0, 1.0), 12.0).empty());
  EXPECT_EQ(tell(told(kBern, 0.0, 11.0), 22.0).size(), 1U) << "a new contact";
  CloudRow row = told(kBern, 0.0, 11.0);
  row.state.spi = true;
  EXPECT_EQ(tell(row, 32.0).size(), 1U) << "new content";
  EXPECT_TRUE(tick(33.0).empty());
}

TEST_F(EveryChangeTest, OfAnAircraftThatBothKnowOnlyTheWholeCounts) {
  hear(speed(230.0), 0.0);
  EXPECT_EQ(tell(told(kBern, 0.0, 0.0), 0.1).size(), 1U);
  EXPECT_TRUE(tell(told(kBern, 0.0, 4.0), 4.1).empty()) << "the radio's speed counts";
}

TEST_F(EveryChangeTest, TheLastStateIsToldOnceBeforeItIsForgotten) {
  hear(speed(230.0), 0.0);
  hear(speed(230.0), 10.0);
  EXPECT_TRUE(tick(70.0).empty());
  const auto records = tick(70.1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records.front().last_contact, RecordTime(at(10.0)));
  EXPECT_TRUE(tick(71.0).empty());
  EXPECT_EQ(sampler_.remembered(), 0U);
}

TEST_F(EveryChangeTest, WhatWasToldIsNotToldAgainAtTheEnd) {
  hear(speed(230.0), 0.0);
  EXPECT_TRUE(tick(61.0).empty());
}

class IntervalTest : public PolicyTest {
 protected:
  IntervalTest() : PolicyTest(SamplingPolicy::kInterval) {}
};

TEST_F(IntervalTest, RowsWaitForTheTickAndTheInterval) {
  EXPECT_TRUE(tell(told(kBern, 0.0, 0.0), 0.5).empty());
  EXPECT_EQ(tick(1.0).size(), 1U);
  tell(told(kBern, 2.0, 2.0), 2.5);
  EXPECT_TRUE(tick(3.0).empty());
  EXPECT_EQ(tick(6.0).size(), 1U);
  EXPECT_TRUE(tick(20.0).empty()) << "no news";
}

TEST_F(IntervalTest, AnAircraftThatBothKnowIsOneRecord) {
  hear(speed(230.0), 0.0);
  tell(told(kBern, 0.0, 0.0), 0.5);
  const auto records = tick(1.0);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records.front().source, RecordSource::kFused);
}

TEST_F(IntervalTest, TheRadiosLastStateIsToldAlsoWhenOpenSkyGoesOn) {
  hear(speed(230.0), 0.0);
  tell(told(kBern, 0.0, 0.0), 0.5);
  tick(1.0);
  tell(told(kBern, 100.0, 100.0), 100.0);
  const auto records = tick(101.0);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records.front().source, RecordSource::kOpenSky) << "the radio was silent for a minute";
}

class AdaptiveTest : public PolicyTest {
 protected:
  AdaptiveTest() : PolicyTest(SamplingPolicy::kAdaptive) {}

  // An aircraft of which everything has been told.
  void start() {
    hear(identification("DLH4AB"), 0.0);
    hear(squawk("1000"), 0.1);
    hear(speed(200.0), 0.2);  // eastward
    fly(0.0, 0.5);
    fly(100.0, 1.0);
    tick(1.0);
  }
  // A message from so many metres to the east of Bern.
  std::vector<Record> fly(double metres, double seconds) {
    return hear(airborne(east_of(kBern, metres), odd_ = !odd_), seconds);
  }
  std::vector<Record> climb(double altitude_m, double seconds) {
    return hear(message(4, modes::AltitudeReply{.baro_altitude_m = altitude_m}), seconds);
  }

  bool odd_ = true;
};

TEST_F(AdaptiveTest, AnAircraftThatGoesOnAsItDidIsSilent) {
  start();
  for (double t = 1.5; t < 20.0; t += 0.5) {
    climb(10'000.0 - 2.5 * (t - 1.0), t);
    picture_.observe(speed(200.0), kSignalDbfs, at(t));
    EXPECT_TRUE(hear(all_call(), t).empty()) << t;
  }
}

TEST_F(AdaptiveTest, ARecordIsDueWhenTheReckoningIsOff) {
  start();
  std::size_t made = 0;
  double first = 0.0;
  for (double t = 1.5; t < 25.0; t += 0.5) {
    hear(message(17, modes::OtherSquitter{}), t);
    // 10 m/s slower than it says: 50 m after 5 s. The altitude of these messages is left out of it.
    modes::Message place = airborne(east_of(kBern, 100.0 + 190.0 * (t - 1.0)), odd_ = !odd_);
    std::get<modes::AirbornePosition>(place.body).baro_altitude_m = std::nullopt;
    if (hear(place, t).empty()) continue;
    if (made++ == 0) first = t;
  }
  EXPECT_NEAR(first, 6.0, 1.01);
  EXPECT_GE(made, 3U);
  EXPECT_LE(made, 6U);
}

TEST_F(AdaptiveTest, ARecordIsDueWhenTheAltitudeIsOff) {
  start();
  // It sinks with 2.5 m/s from 10,000 m at 1.0 s.
  EXPECT_TRUE(climb(9'995.0 + 7.62, 3.0).empty()) << "one step of 25 ft is within the tolerance";
  EXPECT_EQ(climb(9'990.0 + 7.7, 5.0).size(), 1U);
}

TEST_F(AdaptiveTest, EventsAreToldAtOnce) {
  start();
  EXPECT_EQ(hear(identification("DLH5XY"), 2.0).size(), 1U);
  EXPECT_EQ(hear(squawk("7700"), 2.1).size(), 1U);
  EXPECT_TRUE(hear(squawk("7700"), 2.2).empty());
  EXPECT_EQ(hear(surface(east_of(kBern, 340.0), false, 60.0), 2.3).size(), 1U) << "landing";
  EXPECT_EQ(fly(400.0, 2.5).size(), 1U) << "take-off";
}

TEST_F(AdaptiveTest, ThereIsARecordInTheLongestGap) {
  start();
  hear(speed(200.0), 20.0);
  EXPECT_TRUE(tick(29.9).empty());
  EXPECT_EQ(tick(31.0).size(), 1U);
  EXPECT_TRUE(tick(62.0).empty()) << "but not without news";
}

TEST_F(AdaptiveTest, OpenSkysRowsAreReckonedByTheirOwnTimes) {
  ASSERT_EQ(tell(told(kBern, 0.0, 0.0), 5.0).size(), 1U);
  const Motion motion{kBern, 200.0, 91.0, 9'000.0, 1.0};
  CloudRow on_course = told(*position_after(motion, std::chrono::seconds(10)), 10.0, 10.0);
  on_course.state.baro_altitude_m = 9'010.0;
  on_course.position_at = at(17.0);  // the answer came late
  on_course.contact_at = at(17.0);
  EXPECT_TRUE(tell(on_course, 17.0).empty());
  CloudRow off_course = told(east_of(kBern, 2'000.0 + 4'080.0), 30.0, 20.0);
  EXPECT_EQ(tell(off_course, 27.0).size(), 1U);
}

TEST(DeadReckoningTest, FollowsAGreatCircle) {
  // A degree of a meridian, over the pole, and a degree of the equator across the antimeridian.
  const double degree_m = 6'371'008.8 * 3.14159265358979 / 180.0;
  const Motion north{GeoPosition{10.0, 20.0}, degree_m, 0.0, std::nullopt, std::nullopt};
  EXPECT_NEAR(position_after(north, std::chrono::seconds(1))->latitude_deg, 11.0, 1e-9);
  EXPECT_NEAR(position_after(north, -std::chrono::seconds(1))->latitude_deg, 9.0, 1e-9);
  const Motion over_the_pole{GeoPosition{89.5, 20.0}, degree_m, 0.0, std::nullopt, std::nullopt};
  EXPECT_NEAR(position_after(over_the_pole, std::chrono::seconds(1))->latitude_deg, 89.5, 1e-9);
  EXPECT_NEAR(position_after(over_the_pole, std::chrono::seconds(1))->longitude_deg, -160.0, 1e-6);
  const Motion east{GeoPosition{0.0, 179.5}, degree_m, 90.0, std::nullopt, std::nullopt};
  EXPECT_NEAR(position_after(east, std::chrono::seconds(1))->longitude_deg, -179.5, 1e-9);
}

TEST(DeadReckoningTest, WhatIsNotKnownIsNoMotion) {
  EXPECT_FALSE(position_after({}, std::chrono::seconds(1)));
  EXPECT_FALSE(altitude_after({}, std::chrono::seconds(1)));
  const Motion still{kBern, 100.0, std::nullopt, 1'000.0, std::nullopt};
  EXPECT_EQ(position_after(still, std::chrono::seconds(9)), kBern);
  EXPECT_EQ(altitude_after(still, std::chrono::seconds(9)), 1'000.0);
  const Motion climbing{std::nullopt, std::nullopt, std::nullopt, 1'000.0, -2.0};
  EXPECT_EQ(altitude_after(climbing, std::chrono::seconds(9)), 982.0);
}

}  // namespace
}  // namespace airspool::sky
