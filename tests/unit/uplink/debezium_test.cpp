// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <airspool/spool/record_codec.h>
#include <airspool/uplink/debezium.h>

#include "shared_data.h"

namespace airspool::uplink {
namespace {

using nlohmann::json;

// A Kafka Connect JSON converter with schemas.enable, as a consumer of the old pipeline has one: it believes the schema
// block and nothing else, and refuses a payload that is not what the block says.
class ConnectReader {
 public:
  // The payload; throws std::runtime_error when the message is not to be read.
  static json read(const std::string& message) {
    const json whole = json::parse(message);
    if (whole.size() != 2) throw std::runtime_error("an envelope has schema and payload");
    check(whole.at("schema"), whole.at("payload"), "payload");
    return whole.at("payload");
  }

 private:
  static void check(const json& schema, const json& value, const std::string& where) {
    const auto require = [&](bool holds) {
      if (!holds) throw std::runtime_error(where + ": " + value.dump() + " is no " + schema.at("type").dump());
    };
    if (value.is_null()) {
      if (!schema.at("optional").get<bool>()) throw std::runtime_error(where + " is null and must not be");
      return;
    }
    const auto type = schema.at("type").get<std::string>();
    if (type == "struct") {
      require(value.is_object());
      std::set<std::string> known;
      for (const json& field : schema.at("fields")) {
        const auto name = field.at("field").get<std::string>();
        known.insert(name);
        if (!value.contains(name)) throw std::runtime_error(where + "." + name + " is not there");
        check(field, value.at(name), where + "." + name);
      }
      for (const auto& item : value.items()) {
        if (!known.contains(item.key())) throw std::runtime_error(where + "." + item.key() + " is not in the schema");
      }
    } else if (type == "string") {
      require(value.is_string());
    } else if (type == "float") {
      require(value.is_number_float());
    } else if (type == "int16") {
      check_integer<std::int16_t>(value, require);
    } else if (type == "int32") {
      check_integer<std::int32_t>(value, require);
    } else {
      require(type == "int64" && value.is_number_integer());
    }
  }
  template <typename Integer, typename Require>
  static void check_integer(const json& value, const Require& require) {
    require(value.is_number_integer());
    const auto number = value.get<std::int64_t>();
    require(number >= std::numeric_limits<Integer>::min() && number <= std::numeric_limits<Integer>::max());
  }
};

// Names of every level, as "source.ts_ms".
std::set<std::string> names_in(const json& value, const std::string& prefix = "") {
  std::set<std::string> names;
  if (!value.is_object()) return names;
  for (const auto& item : value.items()) {
    names.insert(prefix + item.key());
    names.merge(names_in(item.value(), prefix + item.key() + "."));
  }
  return names;
}

constexpr std::int64_t kProcessedMs = 1'764'066'005'250;

constexpr std::string_view kLine =
    R"({"schema":1,"record_id":"k3v9q2m7x4c8w1hz-42","station_id":"roof","seq":42,"icao24":"3c6444","addr_type":"icao",)"
    R"("callsign":"DLH9LF","origin_country":"Germany","country_code":"DE","time_position":1764066001.625,)"
    R"("last_contact":1764066002.5,"event_time_ms":1764066002500,"longitude":8.57051,"latitude":50.03331,)"
    R"("baro_altitude":1203.96,"geo_altitude":1250,"velocity":87.46,"true_track":249.5,"vertical_rate":-4.23,)"
    R"("on_ground":false,"spi":true,"squawk":"1000","position_source":0,"category":4,"sensors":[7,9],"source":"fused",)"
    R"("field_sources":["origin_country","sensors"],"received_ms":1764066002700,"time_quality":0,"rssi":-12})"
    "\n";

struct Encoded {
  DebeziumRow row = DebeziumRow::kBroken;
  std::string key;
  std::string value;
};

Encoded encode(std::string_view line, bool schema_block = true) {
  Encoded encoded;
  encoded.row = encode_debezium(line, {schema_block}, kProcessedMs, encoded.key, encoded.value);
  return encoded;
}

json after_of(std::string_view line) { return ConnectReader::read(encode(line).value).at("after"); }

std::string with(std::string line, const std::string& old, const std::string& fresh) {
  const auto at = line.find(old);
  EXPECT_NE(at, std::string::npos) << old;
  return line.replace(at, old.size(), fresh);
}

TEST(Debezium, WithoutTheSchemaBlockTheBytesAreThese) {
  const Encoded encoded = encode(kLine, false);
  ASSERT_EQ(encoded.row, DebeziumRow::kWritten);
  EXPECT_EQ(encoded.value,
            R"({"before":null,"after":{"icao24":"3c6444","callsign":"DLH9LF  ","origin_country":"Germany",)"
            R"("time_position":1764066001,"last_contact":1764066002,"longitude":8.57051,"latitude":50.03331,)"
            R"("baro_altitude":1203.96,"on_ground":0,"velocity":87.46,"true_track":249.5,"vertical_rate":-4.23,)"
            R"("geo_altitude":1250.0,"spi":1},"source":{"version":"1.8.0.Final","connector":"mysql",)"
            R"("name":"dbserver1","ts_ms":1764066002700,"snapshot":"false","db":"final","sequence":null,)"
            R"("table":"flights","server_id":0,"gtid":null,"file":"k3v9q2m7x4c8w1hz","pos":42,"row":0,)"
            R"("thread":null,"query":null},"op":"c","ts_ms":1764066005250,"transaction":null})");
  EXPECT_EQ(encoded.key, R"({"icao24":"3c6444"})");
}

TEST(Debezium, TheSchemaBlockDescribesThePayloadThatFollows) {
  const Encoded encoded = encode(kLine);
  ASSERT_EQ(encoded.row, DebeziumRow::kWritten);
  const json payload = ConnectReader::read(encoded.value);
  EXPECT_EQ(payload, json::parse(encode(kLine, false).value));
  const json schema = json::parse(encoded.value).at("schema");
  EXPECT_EQ(schema.at("name"), "dbserver1.final.flights.Envelope");
  EXPECT_EQ(schema.at("fields").at(1).at("name"), "dbserver1.final.flights.Value");
}

TEST(Debezium, TheKeyIsThatOfATableWhosePrimaryKeyIsTheAddress) {
  const Encoded encoded = encode(kLine);
  EXPECT_EQ(ConnectReader::read(encoded.key), json::parse(R"({"icao24":"3c6444"})"));
  EXPECT_EQ(json::parse(encoded.key).at("schema").at("name"), "dbserver1.final.flights.Key");
}

TEST(Debezium, WhatIsNotKnownIsNullAndTheNamesStayTheSame) {
  constexpr std::string_view kBare =
      R"({"schema":1,"record_id":"aaaa-7","station_id":"s","seq":7,"icao24":"a6c516","addr_type":"icao",)"
      R"("last_contact":1764066002,"event_time_ms":1764066002000,"longitude":-74.06,"latitude":40.8,)"
      R"("on_ground":true,"spi":false,"position_source":0,"source":"radio","received_ms":1764066002001,)"
      R"("time_quality":0})";
  const json after = after_of(kBare);
  EXPECT_EQ(names_in(after), names_in(after_of(kLine)));
  for (const char* name : {"callsign", "origin_country", "time_position", "baro_altitude", "velocity", "true_track",
                           "vertical_rate", "geo_altitude"}) {
    EXPECT_TRUE(after.at(name).is_null()) << name;
  }
  EXPECT_EQ(after.at("on_ground"), 1);
  EXPECT_EQ(after.at("spi"), 0);
}

TEST(Debezium, AnExplicitNullIsLikeAnAbsentKey) {
  const json after = after_of(with(std::string(kLine), R"("callsign":"DLH9LF")", R"("callsign":null)"));
  EXPECT_TRUE(after.at("callsign").is_null());
}

TEST(Debezium, ARowWithoutPositionIsLeftOut) {
  EXPECT_EQ(encode(with(std::string(kLine), R"("longitude":8.57051,"latitude":50.03331,)", "")).row,
            DebeziumRow::kNoPosition);
  EXPECT_EQ(encode(with(std::string(kLine), R"("latitude":50.03331)", R"("latitude":null)")).row,
            DebeziumRow::kNoPosition);
}

TEST(Debezium, AGapIsNoRow) {
  EXPECT_EQ(
      encode(R"({"schema":1,"kind":"gap","spool_id":"aaaa","station_id":"s","from":3,"to":9,"reason":"quota"})").row,
      DebeziumRow::kNotice);
}

TEST(Debezium, CallsignsArePaddedToEightCharactersWhateverTheyAreMadeOf) {
  const auto callsign = [](const std::string& text) {
    return after_of(with(std::string(kLine), "DLH9LF", text)).at("callsign").get<std::string>();
  };
  EXPECT_EQ(callsign("A"), "A       ");
  EXPECT_EQ(callsign("EIGHTLNG"), "EIGHTLNG");
  EXPECT_EQ(callsign("TENLETTERS"), "TENLETTERS");
  EXPECT_EQ(callsign("A\\\"B"), "A\"B     ");
  EXPECT_EQ(callsign("A\\u0001B"), std::string("A\x01"
                                               "B     "));
  EXPECT_EQ(callsign("\xEF\xBF\xBD"), "\xEF\xBF\xBD       ");
}

TEST(Debezium, SecondsAreWholeAndWithinTheColumn) {
  const auto seconds = [](const std::string& text) {
    return after_of(with(std::string(kLine), "1764066001.625", text)).at("time_position");
  };
  EXPECT_EQ(seconds("1764066001.999"), 1764066001);
  EXPECT_EQ(seconds("1764066001"), 1764066001);
  EXPECT_EQ(seconds("-0.5"), -1);
  EXPECT_EQ(seconds("2147483647"), 2147483647);
  EXPECT_TRUE(seconds("2147483648").is_null());
}

TEST(Debezium, AnAddressOfAnotherKindCannotBeTakenForAnAircraftOfThatNumber) {
  const Encoded encoded = encode(with(std::string(kLine), R"("addr_type":"icao")", R"("addr_type":"other")"));
  EXPECT_EQ(ConnectReader::read(encoded.value).at("after").at("icao24"), "~3c6444");
  EXPECT_EQ(ConnectReader::read(encoded.key).at("icao24"), "~3c6444");
}

TEST(Debezium, TheWayThroughTheHouseIsTheDifferenceOfTheTwoTimes) {
  const json payload = ConnectReader::read(encode(kLine).value);
  EXPECT_EQ(payload.at("ts_ms"), kProcessedMs);
  EXPECT_EQ(payload.at("source").at("ts_ms"), 1'764'066'002'700);
}

TEST(Debezium, ALineThatIsCutAnywhereIsBrokenAndNothingElse) {
  const std::string line(kLine.substr(0, kLine.size() - 1));
  for (std::size_t size = 0; size < line.size(); ++size) {
    EXPECT_EQ(encode(line.substr(0, size)).row, DebeziumRow::kBroken) << line.substr(0, size);
  }
}

TEST(Debezium, TheValueCanBeHadAlone) {
  EXPECT_EQ(debezium_value(kLine, {}, kProcessedMs), encode(kLine).value);
  EXPECT_FALSE(debezium_value("{}", {}, kProcessedMs));
}

TEST(Debezium, BuffersAreUsedAgain) {
  Encoded encoded;
  for (const char* address : {"3c6444", "3c6445"}) {
    const std::string line = with(std::string(kLine), "3c6444", address);
    ASSERT_EQ(encode_debezium(line, {false}, kProcessedMs, encoded.key, encoded.value), DebeziumRow::kWritten);
    EXPECT_EQ(encoded.key, std::string(R"({"icao24":")") + address + "\"}");
    EXPECT_EQ(json::parse(encoded.value).at("after").at("icao24"), address);
  }
}

// The lines as the codec writes them, not as this test imagines them.
TEST(Debezium, EverythingThatTheRecordCodecWritesIsRead) {
  Record record;
  record.spool_id = "k3v9q2m7x4c8w1hz";
  record.seq = 12;
  record.station_id = "a \"roof\" \\ somewhere";
  record.state.icao24 = Icao24::icao(0x4b1814);
  record.state.callsign = "SWR\"\\1";
  record.state.origin_country = "Côte d'Ivoire";
  record.state.position = GeoPosition{47.5, 8.0};
  record.state.baro_altitude_m = 11'000.0;
  record.state.sensors = {1, 2, 3};
  record.source = RecordSource::kOpenSky;
  record.time_position = WallTime(std::chrono::milliseconds(1'764'066'001'001));
  record.last_contact = WallTime(std::chrono::milliseconds(1'764'066'002'002));
  std::string line;
  spool::append_ndjson(line, record, Calendar{});
  const json after = after_of(line);
  EXPECT_EQ(after.at("icao24"), "4b1814");
  EXPECT_EQ(after.at("callsign"), "SWR\"\\1  ");
  EXPECT_EQ(after.at("origin_country"), "Côte d'Ivoire");
  EXPECT_EQ(after.at("latitude"), 47.5);
  EXPECT_EQ(after.at("longitude"), 8.0);
  EXPECT_EQ(after.at("baro_altitude"), 11'000.0);
  EXPECT_EQ(after.at("time_position"), 1'764'066'001);

  record.state.position.reset();
  line.clear();
  spool::append_ndjson(line, record, Calendar{});
  EXPECT_EQ(encode(line).row, DebeziumRow::kNoPosition);
}

// One message of the pipeline as it was.
class TheOldPipelinesMessage : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto path = test::shared_data("debezium-flights-sample.json");
    AIRSPOOL_REQUIRE_SHARED(path);
    std::ifstream file(path);
    old_message.assign(std::istreambuf_iterator<char>(file), {});
    while (!old_message.empty() && old_message.back() == '\n') old_message.pop_back();
  }
  std::string old_message;
};

TEST_F(TheOldPipelinesMessage, HasTheSchemaBlockThatOursHasToTheByte) {
  constexpr std::string_view kPayload = ",\"payload\":";
  const std::string ours = encode(kLine).value;
  EXPECT_EQ(ours.substr(0, ours.find(kPayload)), old_message.substr(0, old_message.find(kPayload)));
}

TEST_F(TheOldPipelinesMessage, IsReadByTheReaderThatReadsOurs) {
  const json old_payload = ConnectReader::read(old_message);
  const json our_payload = ConnectReader::read(encode(kLine).value);
  EXPECT_EQ(names_in(our_payload), names_in(old_payload));
  for (const char* name : {"connector", "name", "db", "table", "version", "snapshot"}) {
    EXPECT_EQ(our_payload.at("source").at(name), old_payload.at("source").at(name)) << name;
  }
  EXPECT_EQ(our_payload.at("op"), old_payload.at("op"));
}

// A reader whose schema was inferred from that one message, as the pipeline's Spark job does it: what is an integer
// there is an integer here, what is a text a text, and what was null then may be anything.
TEST_F(TheOldPipelinesMessage, GivesTheTypesThatAnInferredSchemaExpects) {
  const json old_after = json::parse(old_message).at("payload").at("after");
  const json our_after = json::parse(encode(kLine).value).at("payload").at("after");
  for (const auto& item : old_after.items()) {
    if (item.value().is_null()) continue;
    const json& ours = our_after.at(item.key());
    EXPECT_EQ(ours.is_number_integer(), item.value().is_number_integer()) << item.key();
    EXPECT_EQ(ours.is_number_float(), item.value().is_number_float()) << item.key();
    EXPECT_EQ(ours.is_string(), item.value().is_string()) << item.key();
  }
}

TEST_F(TheOldPipelinesMessage, IsWhatOurRecordOfTheSameStateBecomes) {
  const json old_after = json::parse(old_message).at("payload").at("after");
  constexpr std::string_view kSame =
      R"({"schema":1,"record_id":"aaaa-7","station_id":"s","seq":7,"icao24":"a6c516","addr_type":"icao",)"
      R"("callsign":"EDG535","origin_country":"United States","time_position":1678237613,"last_contact":1678237613,)"
      R"("event_time_ms":1678237613000,"longitude":-74.0608,"latitude":40.834,"velocity":57.85,"true_track":5.1,)"
      R"("on_ground":false,"spi":false,"position_source":0,"source":"opensky","received_ms":1678237622000,)"
      R"("time_quality":0})";
  EXPECT_EQ(after_of(kSame), old_after);
}

}  // namespace
}  // namespace airspool::uplink
