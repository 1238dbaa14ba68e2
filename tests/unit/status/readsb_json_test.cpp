// SPDX-License-Identifier: Apache-2.0
#include "readsb_json.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

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

// A minute and a half of a radio, of which the first minute is over.
SkySnapshot with_statistics() {
  SkySnapshot snapshot = one_aircraft();
  Statistics minute;
  minute.begin = snapshot.taken - std::chrono::seconds(90);
  minute.end = snapshot.taken - std::chrono::seconds(30);
  minute.messages = 1000;
  minute.aircraft = 9;
  minute.aircraft_of_one_message = 1;
  minute.sky_cpu = std::chrono::milliseconds(40);
  minute.radio.samples = 144'000'000;
  minute.radio.samples_missing = 131'072;
  minute.radio.preambles = 5000;
  minute.radio.bad = 3500;
  minute.radio.unknown_address = 200;
  minute.radio.accepted = {900, 60, 40};
  minute.radio.strong = 30;
  minute.radio.signal_power = 10.0;
  minute.radio.peak_power = 0.8;
  minute.radio.noise_power = 144'000.0;
  minute.radio.noise_samples = 144'000'000;
  minute.radio.cpu = std::chrono::microseconds(2'400'700);
  minute.positions = {300, 20, 150, 130, 4, 3, 2, 1, 6, 5};
  StatisticsReport& report = snapshot.statistics;
  report.last_minute = report.last_5_minutes = report.last_15_minutes = minute;
  report.latest.begin = minute.end;
  report.latest.end = snapshot.taken;
  report.total = minute;
  report.total += report.latest;
  return snapshot;
}

nlohmann::json keys_of(const nlohmann::json& object) {
  nlohmann::json keys = nlohmann::json::array();
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

TEST(StatsJsonTest, CountsAircraftWithAndWithoutPosition) {
  SkySnapshot snapshot = one_aircraft();
  snapshot.aircraft.emplace_back();
  snapshot.aircraft.emplace_back();
  const auto stats = nlohmann::json::parse(stats_json(snapshot));
  EXPECT_EQ(stats["now"], 1'766'888'059.25);
  EXPECT_EQ(stats["aircraft_with_pos"], 1);
  EXPECT_EQ(stats["aircraft_without_pos"], 2);
}

TEST(StatsJsonTest, TellsTheStretchesThatReadsbTells) {
  const auto stats = nlohmann::json::parse(stats_json(with_statistics()));
  EXPECT_EQ(keys_of(stats), nlohmann::json({"aircraft_with_pos", "aircraft_without_pos", "last15min", "last1min",
                                            "last5min", "latest", "now", "total"}));
  for (const char* stretch : {"latest", "last1min", "last5min", "last15min", "total"}) {
    EXPECT_EQ(keys_of(stats[stretch]), nlohmann::json({"cpr", "cpu", "end", "local", "messages", "start", "tracks"}))
        << stretch;
  }
  EXPECT_EQ(stats["total"]["start"], 1'766'887'969.25);
  EXPECT_EQ(stats["total"]["end"], 1'766'888'059.25);
  EXPECT_EQ(stats["last1min"]["end"], 1'766'888'029.25);
  EXPECT_EQ(stats["latest"]["start"], 1'766'888'029.25);
  EXPECT_EQ(stats["last1min"]["messages"], 1000);
}

TEST(StatsJsonTest, TellsOfOtherReceiversWhereThereAreSome) {
  SkySnapshot snapshot = with_statistics();
  EXPECT_FALSE(nlohmann::json::parse(stats_json(snapshot)).contains("inputs"));
  snapshot.inputs = {{"127.0.0.1:30005", 1, 900, 880, 20, 300, 2, 20'000, 7},
                     {"0.0.0.0:30104", 0, 0, 0, 0, 0, 0, 0, 0}};
  snapshot.statistics.total.remote = {5, 900, 15, 5, 880};
  const auto stats = nlohmann::json::parse(stats_json(snapshot));
  EXPECT_EQ(stats["total"]["remote"],
            nlohmann::json({{"modeac", 5}, {"modes", 900}, {"bad", 15}, {"unknown_icao", 5}, {"accepted", {880}}}));
  EXPECT_EQ(stats["last1min"]["remote"]["modes"], 0);
  ASSERT_EQ(stats["inputs"].size(), 2U);
  EXPECT_EQ(stats["inputs"][0], nlohmann::json({{"input", "127.0.0.1:30005"},
                                                {"connected", 1},
                                                {"messages", 900},
                                                {"accepted", 880},
                                                {"rejected", 20},
                                                {"duplicates", 300},
                                                {"damaged", 2},
                                                {"bytes", 20'000},
                                                {"junk_bytes", 7}}));
  EXPECT_EQ(stats["inputs"][1]["connected"], 0);
}

TEST(StatsJsonTest, SpeaksReadsbsNamesOfTheRadio) {
  const auto stats = nlohmann::json::parse(stats_json(with_statistics()));
  EXPECT_EQ(stats["last1min"]["local"],
            nlohmann::json::parse(R"({"samples_processed":144000000,"samples_dropped":131072,"modeac":0,"modes":5000,
                                      "bad":3500,"unknown_icao":200,"accepted":[900,60,40,0,0,0,0,0,0,0,0,0,0,0,0,0],
                                      "signal":-20,"noise":-30,"peak_signal":-1,"strong_signals":30})"));
  EXPECT_EQ(stats["last1min"]["cpu"], nlohmann::json::parse(R"({"demod":2400,"background":40})"));
}

TEST(StatsJsonTest, SpeaksReadsbsNamesOfPositions) {
  const auto stats = nlohmann::json::parse(stats_json(with_statistics()));
  EXPECT_EQ(stats["last1min"]["cpr"],
            nlohmann::json::parse(R"({"surface":20,"airborne":300,"global_ok":150,"global_bad":6,"global_range":2,
                                      "global_speed":1,"local_ok":134,"local_aircraft_relative":130,
                                      "local_receiver_relative":4,"local_range":6,"local_speed":5})"));
  EXPECT_EQ(stats["last1min"]["tracks"], nlohmann::json::parse(R"({"all":9,"single_message":1})"));
}

TEST(StatsJsonTest, MakesUpNoLevelWhereNothingWasHeard) {
  const auto local = nlohmann::json::parse(stats_json(with_statistics()))["latest"]["local"];
  EXPECT_EQ(local["samples_processed"], 0);
  EXPECT_FALSE(local.contains("signal"));
  EXPECT_FALSE(local.contains("noise"));
  EXPECT_FALSE(local.contains("peak_signal"));
}

TEST(StatsJsonTest, WithoutARadioThereIsNoLocalReceiver) {
  EXPECT_THAT(stats_json(one_aircraft()), Not(HasSubstr("local\"")));
}

TEST(StatsJsonTest, TimesFollowTheCalendarAsItIsNow) {
  // The clock was put right by an hour since the minute began; ages are boot time.
  SkySnapshot snapshot = with_statistics();
  snapshot.taken_wall += std::chrono::hours(1);
  const auto stats = nlohmann::json::parse(stats_json(snapshot));
  EXPECT_EQ(stats["last1min"]["end"], 1'766'888'029.25 + 3600.0);
}

TEST(StatsJsonTest, TellsOfTheDongle) {
  RadioReport radio;
  radio.trouble = "device 00000001 is held by kernel driver dvb_usb_rtl28xxu";
  radio.gain = "auto";
  radio.gain_reason = "no tuner now";
  const auto without = nlohmann::json::parse(stats_json(one_aircraft(), &radio));
  EXPECT_FALSE(without.contains("gain_db"));
  EXPECT_EQ(without["radio"]["streaming"], false);
  EXPECT_EQ(without["radio"]["trouble"], radio.trouble);
  EXPECT_FALSE(without["radio"].contains("device"));
  radio = {true, "00000001", "R820T", "", "auto", 38.6, "auto: 2.0 % of 2000 messages above -3 dBFS"};
  const auto with = nlohmann::json::parse(stats_json(one_aircraft(), &radio));
  EXPECT_EQ(with["gain_db"], 38.6);
  EXPECT_EQ(with["radio"]["device"], "00000001");
  EXPECT_EQ(with["radio"]["tuner"], "R820T");
  EXPECT_EQ(with["radio"]["gain_reason"], radio.gain_reason);
  EXPECT_FALSE(with["radio"].contains("trouble"));
}

}  // namespace
}  // namespace airspool::status
