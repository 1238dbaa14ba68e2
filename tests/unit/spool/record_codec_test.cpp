// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <limits>
#include <string>

#include <gtest/gtest.h>

#include <airspool/spool/record_codec.h>

namespace airspool::spool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The smallest record: an aircraft of which one all-call reply was heard.
Record bare() {
  Record record;
  record.state.icao24 = Icao24::icao(0x3C6444);
  record.station_id = "roof-1";
  record.spool_id = "abcdefghij234567";
  record.seq = 42;
  record.last_contact = BootTime(seconds(100));
  record.received = BootTime(seconds(100));
  return record;
}

constexpr Calendar kCalendar{WallTime(seconds(1'699'999'900))};

std::string print(const Record& record, const Calendar& calendar = kCalendar) {
  std::string out;
  append_ndjson(out, record, calendar);
  return out;
}

std::string with_callsign(std::string text) {
  Record record = bare();
  record.state.callsign = std::move(text);
  return print(record);
}

TEST(RecordCodecTest, PrintsAFullRecordInTheOrderOfTheSchema) {
  Record record = bare();
  record.state.callsign = "DLH4AB";
  record.state.origin_country = "Germany";
  record.state.country_code = "DE";
  record.state.squawk = "0021";
  record.state.position = GeoPosition{48.123456, -8.5};
  record.state.baro_altitude_m = 11'582.4;
  record.state.geo_altitude_m = 11'620.0;
  record.state.ground_speed_mps = 231.4999;
  record.state.true_track_deg = 271.005;
  record.state.vertical_rate_mps = -0.32512;
  record.state.spi = true;
  record.state.category = 4;
  record.state.nic = 8;
  record.state.rc_m = 185.2;
  record.state.nac_p = 9;
  record.state.sil = 3;
  record.state.adsb_version = 2;
  record.state.rssi_dbfs = -17.6;
  record.time_position = BootTime(milliseconds(99'250));
  record.last_contact = BootTime(milliseconds(100'007));
  record.received = BootTime(milliseconds(100'107));
  EXPECT_EQ(print(record, {kCalendar.boot_zero, ClockQuality::kCorrectedLater}),
            R"({"schema":1,"record_id":"abcdefghij234567-42","station_id":"roof-1","seq":42,"icao24":"3c6444",)"
            R"("addr_type":"icao","callsign":"DLH4AB","origin_country":"Germany","country_code":"DE",)"
            R"("time_position":1699999999.25,"last_contact":1700000000.007,"event_time_ms":1700000000007,)"
            R"("longitude":-8.5,"latitude":48.12346,"baro_altitude":11582.4,"geo_altitude":11620,"velocity":231.5,)"
            R"("true_track":271,"vertical_rate":-0.33,"on_ground":false,"spi":true,"squawk":"0021",)"
            R"("position_source":0,"category":4,"source":"radio","received_ms":1700000000107,"time_quality":1,)"
            R"("nic":8,"rc":185.2,"nac_p":9,"sil":3,"adsb_version":2,"rssi":-18})"
            "\n");
}

TEST(RecordCodecTest, PrintsWhatIsAskedForBehindTheRest) {
  Record record = bare();
  record.state.extended.selected_altitude_m = 10'972.8F;
  record.state.extended.roll_deg = -2.109375F;
  record.state.extended.mach = 0.784F;
  record.state.extended.indicated_airspeed_mps = 138.4F;
  record.state.extended.true_airspeed_mps = 236.64F;
  record.state.extended.wind_speed_mps = 22.25F;
  record.state.extended.wind_direction_deg = 359.97F;
  record.state.extended.temperature_c = -54.75F;
  record.state.extended.emergency = 3;
  const std::string text = print(record, kCalendar);
  EXPECT_TRUE(text.ends_with(R"("selected_altitude":10972.8,"roll":-2.11,"mach":0.784,"indicated_airspeed":138.4,)"
                             R"("true_airspeed":236.64,"wind_speed":22.2,"wind_direction":0,"temperature":-54.8,)"
                             R"("emergency":"minimum_fuel"})"
                             "\n"))
      << text;
}

TEST(RecordCodecTest, AFusedRecordNamesTheFieldsThatOpenSkyGave) {
  Record record = bare();
  record.source = RecordSource::kFused;
  record.state.callsign = "DLH4AB";
  record.state.position = GeoPosition{48.123456789, -8.5};
  record.time_position = WallTime(seconds(1'699'999'990));
  for (const auto field :
       {RecordField::kLatitude, RecordField::kCallsign, RecordField::kTimePosition, RecordField::kLongitude}) {
    record.from_opensky.add(field);
  }
  EXPECT_EQ(print(record),
            R"({"schema":1,"record_id":"abcdefghij234567-42","station_id":"roof-1","seq":42,"icao24":"3c6444",)"
            R"("addr_type":"icao","callsign":"DLH4AB","time_position":1699999990,"last_contact":1700000000,)"
            R"("event_time_ms":1700000000000,"longitude":-8.5,"latitude":48.123456789,"on_ground":false,"spi":false,)"
            R"("position_source":0,"source":"fused",)"
            R"("field_sources":["callsign","time_position","longitude","latitude"],)"
            R"("received_ms":1700000000000,"time_quality":0})"
            "\n");
  record.from_opensky = {};
  record.from_opensky.add(RecordField::kSquawk);
  EXPECT_NE(print(record).find(R"("latitude":48.12346,)"), std::string::npos) << "the radio's, in its decimals";
}

TEST(RecordCodecTest, RepeatsOpenSkysSensors) {
  Record record = bare();
  record.state.sensors = {7, -1'408'232'560};
  EXPECT_NE(print(record).find(R"("sensors":[7,-1408232560],"source")"), std::string::npos) << print(record);
}

TEST(RecordCodecTest, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(print(bare()),
            R"({"schema":1,"record_id":"abcdefghij234567-42","station_id":"roof-1","seq":42,"icao24":"3c6444",)"
            R"("addr_type":"icao","last_contact":1700000000,"event_time_ms":1700000000000,"on_ground":false,)"
            R"("spi":false,"position_source":0,"source":"radio","received_ms":1700000000000,"time_quality":0})"
            "\n");
}

TEST(RecordCodecTest, GivesNoIdentityToARecordThatIsNotSealed) {
  Record record = bare();
  record.spool_id.clear();
  EXPECT_EQ(print(record).find("record_id"), std::string::npos);
  EXPECT_EQ(print(record).find("\"seq\""), std::string::npos);
}

TEST(RecordCodecTest, MarksAddressesOfAnotherKind) {
  Record record = bare();
  record.state.icao24 = Icao24::other(0x00000A);
  EXPECT_NE(print(record).find(R"("icao24":"00000a","addr_type":"other")"), std::string::npos);
}

TEST(RecordCodecTest, NeverPrintsWhatIsNoNumber) {
  Record record = bare();
  record.state.position = GeoPosition{std::numeric_limits<double>::quiet_NaN(), 8.0};
  record.state.baro_altitude_m = std::numeric_limits<double>::infinity();
  record.state.ground_speed_mps = std::numeric_limits<double>::quiet_NaN();
  record.state.true_track_deg = -std::numeric_limits<double>::infinity();
  record.state.rssi_dbfs = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(print(record), print(bare()));
}

TEST(RecordCodecTest, PrintsTinyAndHugeNumbersWithoutAnExponent) {
  Record record = bare();
  record.state.vertical_rate_mps = 1e-9;
  record.state.baro_altitude_m = 1e21;
  const std::string line = print(record);
  EXPECT_NE(line.find(R"("baro_altitude":1000000000000000000000,)"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("vertical_rate":0,)"), std::string::npos) << line;
}

TEST(RecordCodecTest, PrintsOpenSkyPositionsAsTheyWereGiven) {
  Record record = bare();
  record.state.position = GeoPosition{33.9294, -118.18031234};
  record.source = RecordSource::kOpenSky;
  EXPECT_NE(print(record).find(R"("longitude":-118.18031234,"latitude":33.9294,)"), std::string::npos);
  record.source = RecordSource::kSim;
  EXPECT_NE(print(record).find(R"("longitude":-118.18031,"latitude":33.9294,)"), std::string::npos);
}

TEST(RecordCodecTest, KeepsRoundedAnglesWithinTheirCircle) {
  Record record = bare();
  record.state.true_track_deg = 359.997;
  record.state.position = GeoPosition{0.0, 179.999999};
  const std::string line = print(record);
  EXPECT_NE(line.find(R"("true_track":0,)"), std::string::npos) << line;
  EXPECT_NE(line.find(R"("longitude":-180,)"), std::string::npos) << line;
}

TEST(RecordCodecTest, CutsTimesToMilliseconds) {
  Record record = bare();
  record.last_contact = WallTime(Nanoseconds(1'999'999'999));
  EXPECT_NE(print(record).find(R"("last_contact":1.999,"event_time_ms":1999,)"), std::string::npos);
}

TEST(RecordCodecTest, NeverShiftsATimeThatWasGiven) {
  Record record = bare();
  record.time_position = WallTime(seconds(1'600'000'000));
  record.last_contact = WallTime(seconds(1'600'000'001));
  EXPECT_NE(
      print(record).find(R"("time_position":1600000000,"last_contact":1600000001,"event_time_ms":1600000001000,)"),
      std::string::npos);
  EXPECT_NE(print(record).find(R"("received_ms":1700000000000,)"), std::string::npos);
}

TEST(RecordCodecTest, PlacesEachTimeOfAMixedRecordByItsOrigin) {
  Record record = bare();
  record.time_position = WallTime(seconds(1'600'000'000));
  EXPECT_NE(print(record).find(R"("time_position":1600000000,"last_contact":1700000000,)"), std::string::npos);
}

TEST(RecordCodecTest, KnowsNoYear2038AndNothingBefore1970) {
  EXPECT_NE(print(bare(), {WallTime(seconds(4'000'000'000))}).find(R"("event_time_ms":4000000100000,)"),
            std::string::npos);
  const std::string early = print(bare(), {WallTime(milliseconds(-100'001))});
  EXPECT_NE(early.find(R"("last_contact":-0.001,"event_time_ms":-1,)"), std::string::npos) << early;
}

TEST(RecordCodecTest, EscapesWhatJsonDoesNotAllow) {
  EXPECT_NE(with_callsign("A\"B\\C\n\x01").find(R"("callsign":"A\"B\\C\u000a\u0001")"), std::string::npos);
}

TEST(RecordCodecTest, KeepsValidUtf8AndReplacesTheRest) {
  EXPECT_NE(with_callsign("Zürich€𝄞").find("\"callsign\":\"Zürich€𝄞\""), std::string::npos);
  // A lone continuation byte, an overlong slash, a surrogate, a sequence that is cut off.
  EXPECT_NE(with_callsign("\x80").find("\"callsign\":\"\xEF\xBF\xBD\""), std::string::npos);
  EXPECT_NE(with_callsign("\xC0\xAF").find("\"callsign\":\"\xEF\xBF\xBD\xEF\xBF\xBD\""), std::string::npos);
  EXPECT_NE(with_callsign("\xED\xA0\x80").find("\"callsign\":\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""),
            std::string::npos);
  EXPECT_NE(with_callsign("A\xE2\x82").find("\"callsign\":\"A\xEF\xBF\xBD\xEF\xBF\xBD\""), std::string::npos);
}

TEST(RecordCodecTest, AppendsOneLineARecord) {
  std::string out = "before\n";
  append_ndjson(out, bare(), kCalendar);
  append_ndjson(out, bare(), kCalendar);
  EXPECT_EQ(out, "before\n" + print(bare()) + print(bare()));
}

}  // namespace
}  // namespace airspool::spool
