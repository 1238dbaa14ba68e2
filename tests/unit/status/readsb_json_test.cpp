// SPDX-License-Identifier: Apache-2.0
#include "readsb_json.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace airspool::status {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

SkySnapshot one_aircraft() {
  SkySnapshot snapshot;
  snapshot.taken = BootTime(std::chrono::seconds(100));
  snapshot.taken_wall = WallTime(std::chrono::milliseconds(1'766'888'059'250));
  snapshot.messages = 1234;
  SkySnapshot::Aircraft aircraft;
  aircraft.state.icao24 = Icao24::icao(0x4B1801);
  aircraft.state.callsign = "TEST12";
  aircraft.state.position = GeoPosition{47.3769, 8.5417};
  aircraft.state.baro_altitude_m = 10'668;
  aircraft.state.ground_speed_mps = 231.5;
  aircraft.state.true_track_deg = 84.25;
  aircraft.state.vertical_rate_mps = -0.32512;
  aircraft.state.squawk = "1000";
  aircraft.state.category = 4;
  aircraft.state.rssi_dbfs = -12.34;
  aircraft.last_seen = BootTime(std::chrono::milliseconds(99'500));
  aircraft.position_time = BootTime(std::chrono::seconds(97));
  aircraft.messages = 56;
  snapshot.aircraft.push_back(aircraft);
  return snapshot;
}

TEST(AircraftJsonTest, SpeaksReadsbsNamesAndUnits) {
  EXPECT_EQ(aircraft_json(one_aircraft()),
            "{\"now\":1766888059.25,\"messages\":1234,\"aircraft\":[{\"hex\":\"4b1801\",\"type\":\"adsb_icao\","
            "\"flight\":\"TEST12  \",\"alt_baro\":35000,\"gs\":450,\"track\":84.25,\"baro_rate\":-64,"
            "\"squawk\":\"1000\",\"category\":\"A3\",\"lat\":47.3769,\"lon\":8.5417,\"seen_pos\":3,\"messages\":56,"
            "\"seen\":0.5,\"rssi\":-12.3}]}\n");
}

TEST(AircraftJsonTest, OnGroundIsAnAltitude) {
  SkySnapshot snapshot = one_aircraft();
  snapshot.aircraft[0].state.on_ground = true;
  EXPECT_THAT(aircraft_json(snapshot), HasSubstr("\"alt_baro\":\"ground\""));
}

TEST(AircraftJsonTest, WhatIsNotKnownIsNotThere) {
  SkySnapshot snapshot = one_aircraft();
  snapshot.aircraft[0].state = {};
  snapshot.aircraft[0].state.icao24 = Icao24::other(0x123456);
  const std::string text = aircraft_json(snapshot);
  EXPECT_THAT(text, HasSubstr("\"hex\":\"~123456\",\"type\":\"other\",\"messages\":56"));
  EXPECT_THAT(text, Not(HasSubstr("null")));
}

TEST(AircraftJsonTest, TextFromOutsideIsEscaped) {
  SkySnapshot snapshot = one_aircraft();
  snapshot.aircraft[0].state.callsign = "\"<\n\xFF";
  EXPECT_THAT(aircraft_json(snapshot), HasSubstr("\"flight\":\"\\\"<\\n\\ufffd    \""));
}

TEST(ReceiverJsonTest, ThePositionIsRoundedToTheAccuracy) {
  const GeoPosition exact{47.376888, 8.541694};
  EXPECT_THAT(receiver_json(exact, 0), HasSubstr("\"lat\":47,\"lon\":9}"));
  EXPECT_THAT(receiver_json(exact, 1), HasSubstr("\"lat\":47.4,\"lon\":8.5}"));
  EXPECT_THAT(receiver_json(exact, 2), HasSubstr("\"lat\":47.38,\"lon\":8.54}"));
  EXPECT_THAT(receiver_json(std::nullopt, 2), Not(HasSubstr("lat")));
}

TEST(StatsJsonTest, CountsAircraftWithAndWithoutPosition) {
  SkySnapshot snapshot = one_aircraft();
  snapshot.aircraft.emplace_back();
  snapshot.aircraft.emplace_back();
  EXPECT_EQ(stats_json(snapshot, WallTime(std::chrono::seconds(1'766'888'000))),
            "{\"now\":1766888059.25,\"aircraft_with_pos\":1,\"aircraft_without_pos\":2,"
            "\"total\":{\"start\":1766888000,\"end\":1766888059.25,\"messages\":1234}}\n");
}

}  // namespace
}  // namespace airspool::status
