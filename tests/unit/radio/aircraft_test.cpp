// SPDX-License-Identifier: Apache-2.0
#include "sim/aircraft.h"

#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

namespace airspool::radio::sim {
namespace {

constexpr GeoPosition kCentre{48.0, 8.0};

TEST(AircraftTest, MovesAsFastAsItSays) {
  for (Aircraft& aircraft : make_aircraft(1, 60, kCentre)) {
    double travelled_m = 0.0;
    double said_m = 0.0;
    double climbed_ft = 0.0;
    double said_ft = 0.0;
    for (int tenth = 1; tenth < 3000; ++tenth) {
      const GeoPosition before = aircraft.position();
      const double altitude_before = aircraft.altitude_ft();
      aircraft.advance(tenth * 0.1);
      travelled_m += distance_m(before, aircraft.position());
      said_m += aircraft.ground_speed_kt() * 1852.0 / 3600.0 * 0.1;
      climbed_ft += aircraft.altitude_ft() - altitude_before;
      said_ft += aircraft.vertical_rate_fpm() / 60.0 * 0.1;
    }
    EXPECT_NEAR(travelled_m / said_m, 1.0, 0.002) << aircraft.callsign();
    EXPECT_NEAR(climbed_ft, said_ft, 60.0) << aircraft.callsign();
  }
}

TEST(AircraftTest, MovesWhereItsTrackPoints) {
  for (Aircraft& aircraft : make_aircraft(3, 30, kCentre)) {
    for (int second = 1; second < 300; second += 7) {
      aircraft.advance(second);
      const GeoPosition before = aircraft.position();
      const double track = aircraft.track_deg();
      aircraft.advance(second + 0.1);
      const double north = aircraft.position().latitude_deg - before.latitude_deg;
      const double east = (aircraft.position().longitude_deg - before.longitude_deg) *
                          std::cos(before.latitude_deg * 3.14159265 / 180.0);
      const double moved = std::atan2(east, north) * 180.0 / 3.14159265;
      EXPECT_LT(std::fabs(std::remainder(moved - track, 360.0)), 1.0);
    }
  }
}

TEST(AircraftTest, StaysInSightAndAtSaneFiguresForHours) {
  for (Aircraft& aircraft : make_aircraft(5, 40, kCentre)) {
    for (int minute = 1; minute < 240; ++minute) {
      aircraft.advance(minute * 60.0);
      EXPECT_LT(aircraft.distance_km(), aircraft.on_ground() ? 4.0 : 300.0);
      EXPECT_GE(aircraft.altitude_ft(), 1000.0);
      EXPECT_LE(aircraft.altitude_ft(), 41000.0);
      EXPECT_LE(std::fabs(aircraft.vertical_rate_fpm()), 2400.0);
      EXPECT_GE(aircraft.track_deg(), 0.0);
      EXPECT_LT(aircraft.track_deg(), 360.0);
    }
  }
}

TEST(AircraftTest, ASkyIsMixed) {
  std::map<Role, int> roles;
  std::set<std::uint32_t> addresses;
  int gillham = 0;
  for (const Aircraft& aircraft : make_aircraft(1, 60, kCentre)) {
    ++roles[aircraft.role()];
    addresses.insert(aircraft.address().value());
    gillham += aircraft.altitude_encoder() == AltitudeEncoder::kGillham ? 1 : 0;
    EXPECT_LE(std::fabs(aircraft.carrier_offset_hz()), 60e3);
    EXPECT_LE(aircraft.callsign().size(), 8U);
  }
  EXPECT_EQ(roles[Role::kAdsb], 49);
  EXPECT_EQ(roles[Role::kModeSOnly], 3);
  EXPECT_EQ(roles[Role::kNonTransponder], 4);
  EXPECT_EQ(roles[Role::kTaxiing] + roles[Role::kVehicle], 4);
  EXPECT_EQ(addresses.size(), 60U);
  EXPECT_EQ(gillham, 8);
}

TEST(AircraftTest, AnyCentreWillDo) {
  for (const GeoPosition centre : {GeoPosition{0.0, 179.99}, GeoPosition{-79.0, -180.0}, GeoPosition{80.0, 0.0}}) {
    for (Aircraft& aircraft : make_aircraft(1, 20, centre)) {
      aircraft.advance(1800.0);
      EXPECT_LT(aircraft.distance_km(), 320.0);
      EXPECT_GE(aircraft.position().longitude_deg, -180.0);
      EXPECT_LT(aircraft.position().longitude_deg, 180.0);
    }
  }
}

}  // namespace
}  // namespace airspool::radio::sim
