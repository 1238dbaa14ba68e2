// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/sky/tracker.h>

#include "heard.h"

namespace airspool::sky {
namespace {

class TrackerTest : public ::testing::Test {
 protected:
  void hear(const modes::Message& message, double seconds) { tracker_.observe(message, kSignalDbfs, at(seconds)); }
  const Aircraft& aircraft() { return tracker_.aircraft().at(kAircraft); }

  Tracker tracker_{TrackerSettings{}};
};

TEST_F(TrackerTest, GathersWhatMessagesSay) {
  hear(identification("DLH4AB"), 1.0);
  hear(speed(230.0), 2.0);
  hear(squawk("1000", true), 3.0);
  EXPECT_EQ(aircraft().callsign.value, "DLH4AB");
  EXPECT_EQ(aircraft().ground_speed_mps.value, 230.0);
  EXPECT_EQ(aircraft().true_track_deg.value, 90.0);
  EXPECT_EQ(aircraft().vertical_rate_mps.value, -2.5);
  EXPECT_EQ(aircraft().squawk.value, "1000");
  EXPECT_EQ(aircraft().spi.value, true);
  EXPECT_EQ(aircraft().messages, 3U);
  EXPECT_EQ(aircraft().first_seen, at(1.0));
  EXPECT_EQ(aircraft().last_seen, at(3.0));
}

TEST_F(TrackerTest, KeepsTheTimeOfEachField) {
  hear(identification("DLH4AB"), 1.0);
  hear(speed(230.0), 2.0);
  hear(all_call(), 9.0);
  EXPECT_EQ(aircraft().callsign.time, at(1.0));
  EXPECT_EQ(aircraft().ground_speed_mps.time, at(2.0));
  EXPECT_EQ(aircraft().last_seen, at(9.0));
}

TEST_F(TrackerTest, AnOldMessageNeverReplacesANewerOne) {
  hear(speed(230.0), 2.0);
  hear(speed(100.0), 1.5);
  EXPECT_EQ(aircraft().ground_speed_mps.value, 230.0);
  EXPECT_EQ(aircraft().last_seen, at(2.0));
}

TEST_F(TrackerTest, RepliesTellAltitudeAndMayCreateTheirAircraft) {
  hear(message(4, modes::AltitudeReply{.baro_altitude_m = 3'048.0}), 1.0);
  EXPECT_EQ(aircraft().baro_altitude_m.value, 3'048.0);
}

TEST_F(TrackerTest, DerivesTheGeometricAltitudeFromTheDifference) {
  modes::Velocity velocity;
  velocity.subtype = 1;
  velocity.geo_minus_baro_m = 100.0;
  hear(message(17, velocity), 0.0);
  EXPECT_FALSE(aircraft().geo_altitude_m.value);
  hear(message(4, modes::AltitudeReply{.baro_altitude_m = 3'000.0}), 1.0);
  EXPECT_EQ(aircraft().geo_altitude_m.value, 3'100.0);
  hear(message(4, modes::AltitudeReply{.baro_altitude_m = 3'010.0}), 40.0);
  EXPECT_EQ(aircraft().geo_altitude_m.value, 3'100.0);
}

TEST_F(TrackerTest, KnowsAirFromGround) {
  modes::Message reply = all_call();
  reply.vertical_status = modes::VerticalStatus::kOnGround;
  hear(reply, 0.0);
  EXPECT_EQ(aircraft().on_ground.value, true);
  hear(airborne({46.95, 7.44}, false), 1.0);
  EXPECT_EQ(aircraft().on_ground.value, false);
  hear(all_call(), 2.0);  // says nothing about it
  EXPECT_EQ(aircraft().on_ground.value, false);
}

TEST_F(TrackerTest, GivesOpenSkyCategories) {
  const auto category = [&](int set, int code) {
    Tracker tracker{TrackerSettings{}};
    tracker.observe(identification("X", set, code), kSignalDbfs, at(0.0));
    return *tracker.aircraft().at(kAircraft).category.value;
  };
  EXPECT_EQ(category(0xA, 0), 1);   // nothing told
  EXPECT_EQ(category(0xA, 1), 2);   // light
  EXPECT_EQ(category(0xA, 5), 6);   // heavy
  EXPECT_EQ(category(0xA, 7), 8);   // rotorcraft
  EXPECT_EQ(category(0xB, 1), 9);   // glider
  EXPECT_EQ(category(0xB, 6), 14);  // unmanned
  EXPECT_EQ(category(0xC, 1), 16);  // emergency vehicle
  EXPECT_EQ(category(0xC, 3), 17);  // service vehicle
  EXPECT_EQ(category(0xC, 6), 20);  // line obstacle
  EXPECT_EQ(category(0xC, 7), 1);   // reserved
  EXPECT_EQ(category(0xD, 3), 1);   // reserved
}

TEST_F(TrackerTest, SmoothsTheSignal) {
  tracker_.observe(all_call(), -20.0F, at(0.0));
  EXPECT_DOUBLE_EQ(aircraft().rssi_dbfs.value_or(0.0), -20.0);
  tracker_.observe(all_call(), -12.0F, at(1.0));
  EXPECT_DOUBLE_EQ(aircraft().rssi_dbfs.value_or(0.0), -18.0);
}

TEST_F(TrackerTest, DoesNotKnowASignalThatNobodyTold) {
  constexpr float kUntold = std::numeric_limits<float>::quiet_NaN();
  tracker_.observe(all_call(), kUntold, at(0.0));
  EXPECT_EQ(aircraft().rssi_dbfs, std::nullopt);
  tracker_.observe(all_call(), -20.0F, at(1.0));
  tracker_.observe(all_call(), kUntold, at(2.0));
  EXPECT_EQ(aircraft().rssi_dbfs, -20.0);
}

TEST_F(TrackerTest, KeepsTheBestSignalOfAMessageThatSeveralHeard) {
  tracker_.observe(all_call(), -20.0F, at(0.0));
  tracker_.observe_better(aircraft().icao24, -20.0F, -16.0F);
  EXPECT_EQ(aircraft().rssi_dbfs, -16.0) << "as if it had been the only one";
  tracker_.observe(all_call(), -16.0F, at(1.0));
  tracker_.observe_better(aircraft().icao24, -16.0F, -12.0F);
  EXPECT_EQ(aircraft().rssi_dbfs, -15.0) << "as if only the better copy had come";
  EXPECT_EQ(aircraft().messages, 2U);
  tracker_.observe_better(Icao24::icao(1), -20.0F, -10.0F);
  EXPECT_EQ(tracker_.aircraft().size(), 1U);
}

TEST_F(TrackerTest, KeepsAddressKindsApart) {
  hear(all_call(), 0.0);
  hear(all_call(Icao24::other(kAircraft.value())), 0.0);
  EXPECT_EQ(tracker_.aircraft().size(), 2U);
}

TEST_F(TrackerTest, ForgetsWhatIsNoLongerHeard) {
  hear(all_call(), 0.0);
  tracker_.expire(at(60.0));
  EXPECT_EQ(tracker_.aircraft().size(), 1U);
  tracker_.expire(at(60.1));
  EXPECT_TRUE(tracker_.aircraft().empty());
}

TEST_F(TrackerTest, CountsWhoComesAndWhoLeavesAfterOneMessage) {
  hear(all_call(), 0.0);
  hear(all_call(Icao24::icao(1)), 0.0);
  hear(all_call(Icao24::icao(1)), 1.0);
  tracker_.expire(at(62.0));
  EXPECT_EQ(tracker_.counts().aircraft_new, 2U);
  EXPECT_EQ(tracker_.counts().aircraft_of_one_message, 1U);
  hear(all_call(), 70.0);
  EXPECT_EQ(tracker_.counts().aircraft_new, 3U) << "it came again";
}

TEST(TrackerBoundTest, DropsTheOldestOfAFloodAndCounts) {
  Tracker tracker({.max_aircraft = 3});
  for (std::uint32_t i = 1; i <= 5; ++i) tracker.observe(all_call(Icao24::icao(i)), kSignalDbfs, at(i));
  EXPECT_EQ(tracker.aircraft().size(), 3U);
  EXPECT_FALSE(tracker.aircraft().contains(Icao24::icao(1)));
  EXPECT_FALSE(tracker.aircraft().contains(Icao24::icao(2)));
  EXPECT_EQ(tracker.counts().aircraft_dropped, 2U);
}

TEST(TrackerBoundTest, StaysSmallInAFloodOfAddresses) {
  Tracker tracker({.max_aircraft = 20'000});
  for (std::uint32_t i = 0; i < 200'000; ++i) tracker.observe(all_call(Icao24::icao(i * 7)), kSignalDbfs, at(0.0));
  EXPECT_LE(tracker.aircraft().size(), 20'000U);
}

TEST(TrackerBoundTest, AFloodOfAddressesDisplacesNoAircraftThatIsHeardAgain) {
  // 2,000 addresses a second that come once each, for a minute; 50 aircraft, of which one sends two messages in
  // 15 s only.
  constexpr std::uint32_t kAircraft = 50;
  Tracker tracker({.max_aircraft = 20'000});
  const auto real = [](std::uint32_t n) { return Icao24::icao(0x3C0000 + n); };
  for (std::uint32_t step = 0; step < 65 * 2000; ++step) {
    const double time = step / 2000.0;
    tracker.observe(all_call(Icao24::icao(0x500000 + step)), kSignalDbfs, at(time));
    if (step % 2000 < kAircraft && (step % 2000 > 0 || step / 2000 % 15 < 2)) {
      tracker.observe(all_call(real(step % 2000)), kSignalDbfs, at(time));
    }
    if (step % 2000 == 1999) tracker.expire(at(time));
  }
  EXPECT_LE(tracker.aircraft().size(), 20'000U);
  EXPECT_GE(tracker.counts().aircraft_dropped, 90'000U);
  EXPECT_EQ(tracker.aircraft().at(real(0)).messages, 10U);
  for (std::uint32_t n = 1; n < kAircraft; ++n) EXPECT_EQ(tracker.aircraft().at(real(n)).messages, 65U) << n;
}

}  // namespace
}  // namespace airspool::sky
