// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include <airspool/core/decimal.h>
#include <airspool/opensky/states_parser.h>

#include "answers.h"

namespace airspool::opensky {
namespace {

constexpr long kTime = 1'766'888'059;

class StatesParserTest : public ::testing::Test {
 protected:
  Result<OpenSkyAnswer> parse(std::string_view text) { return parse_states(text_source(text), &report); }
  std::uint64_t rejected(RowReject reason) const { return report.rejected[static_cast<std::size_t>(reason)]; }
  // The reason for which a single row is left out.
  std::uint64_t rejects_row(std::string_view text, RowReject reason) {
    const auto answer = parse(answer_of(kTime, text));
    return answer && answer->states.empty() ? rejected(reason) : 0;
  }
  ParseReport report;
};

std::string shortest(double value) {
  std::string out;
  append_shortest(out, value);
  return out;
}

TEST_F(StatesParserTest, ReadsARow) {
  const auto answer = parse(answer_of(kTime, row("4B1801")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->time_s, kTime);
  ASSERT_EQ(answer->states.size(), 1U);
  const OpenSkyState& state = answer->states[0];
  EXPECT_EQ(state.state.icao24, Icao24::icao(0x4B1801));
  EXPECT_EQ(state.state.callsign, "TEST12");
  EXPECT_EQ(state.state.origin_country, "Switzerland");
  EXPECT_EQ(state.time_position_s, 1766888050);
  EXPECT_EQ(state.last_contact_s, 1766888051);
  EXPECT_EQ(state.state.position, (GeoPosition{47.3769, 8.5417}));
  EXPECT_EQ(state.state.baro_altitude_m, 10668);
  EXPECT_FALSE(state.state.on_ground);
  EXPECT_EQ(state.state.ground_speed_mps, 231.5);
  EXPECT_EQ(state.state.true_track_deg, 84.25);
  EXPECT_EQ(state.state.vertical_rate_mps, -0.33);
  EXPECT_EQ(state.state.geo_altitude_m, 10881.36);
  EXPECT_EQ(state.state.squawk, "1000");
  EXPECT_FALSE(state.state.spi);
  EXPECT_EQ(state.state.position_source, PositionSource::kAdsb);
  EXPECT_FALSE(state.state.category);
}

TEST_F(StatesParserTest, NumbersPrintAsTheyWereGiven) {
  const auto answer = parse(answer_of(kTime, row()));
  ASSERT_TRUE(answer);
  const OpenSkyState& state = answer->states.at(0);
  EXPECT_EQ(shortest(*state.state.baro_altitude_m), "10668");
  EXPECT_EQ(shortest(*state.state.geo_altitude_m), "10881.36");
  EXPECT_EQ(shortest(state.last_contact_s), "1766888051");
}

TEST_F(StatesParserTest, TheEighteenthElementIsTheCategory) {
  const auto answer =
      parse(answer_of(kTime, row("4b1801", ",6") + "," + row("4b1802", ",null") + "," + row("4b1803", ",77")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->states.at(0).state.category, 6);
  EXPECT_FALSE(answer->states.at(1).state.category);
  EXPECT_FALSE(answer->states.at(2).state.category);
}

TEST_F(StatesParserTest, ElementsOfALaterApiArePassedOver) {
  const auto answer =
      parse(answer_of(kTime, row("4b1801", ",6,\"new\",[[1],{\"a\":2}],{\"b\":[3]}") + "," + row("4b1802")));
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->states.size(), 2U);
  EXPECT_EQ(answer->states.at(0).state.category, 6);
}

TEST_F(StatesParserTest, NullsAreNotKnown) {
  const auto answer = parse(answer_of(
      kTime,
      R"(["4b1801",null,"Switzerland",null,1766888051,null,null,null,true,null,null,null,null,null,null,false,2])"));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->states.size(), 1U);
  const StateVector& state = answer->states[0].state;
  EXPECT_TRUE(state.callsign.empty());
  EXPECT_FALSE(answer->states[0].time_position_s);
  EXPECT_FALSE(state.position);
  EXPECT_FALSE(state.baro_altitude_m);
  EXPECT_FALSE(state.ground_speed_mps);
  EXPECT_TRUE(state.on_ground);
  EXPECT_TRUE(state.squawk.empty());
  EXPECT_EQ(state.position_source, PositionSource::kMlat);
}

TEST_F(StatesParserTest, TakesTheListOfSensors) {
  std::string text = row();
  text.replace(text.find("null"), 4, "[1,-1408232560,3]");
  const auto answer = parse(answer_of(kTime, text));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->states.size(), 1U);
  EXPECT_EQ(answer->states[0].state.sensors, (std::vector<int>{1, -1'408'232'560, 3}));
}

TEST_F(StatesParserTest, ASensorThatIsNoSerialNumberCostsItsRow) {
  for (const char* list : {"[1.5]", "[\"a\"]", "[null]", "[99999999999]"}) {
    std::string text = row();
    text.replace(text.find("null"), 4, list);
    const auto answer = parse(answer_of(kTime, text));
    ASSERT_TRUE(answer) << list;
    EXPECT_TRUE(answer->states.empty()) << list;
    EXPECT_EQ(report.rejected[static_cast<std::size_t>(RowReject::kType)], 1U) << list;
  }
}

TEST_F(StatesParserTest, AnEndlessListOfSensorsIsCutShort) {
  std::string list = "[1";
  for (int i = 0; i < 1000; ++i) list += ",2";
  std::string text = row();
  text.replace(text.find("null"), 4, list + "]");
  const auto answer = parse(answer_of(kTime, text));
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->states.size(), 1U);
  EXPECT_EQ(answer->states[0].state.sensors.size(), 64U);
}

TEST_F(StatesParserTest, NullStatesAreAnEmptySky) {
  const auto answer = parse("{\"time\":1766888059,\"states\":null}");
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->states.empty());
}

TEST_F(StatesParserTest, TheOrderOfMembersDoesNotMatter) {
  const auto answer = parse("{\"more\":{\"states\":[1],\"time\":2},\"states\":[" + row() + "],\"time\":1766888059}");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->states.size(), 1U);
  EXPECT_EQ(answer->time_s, kTime);
  EXPECT_EQ(rejected(RowReject::kNotARow), 0U);
}

TEST_F(StatesParserTest, ABadRowIsCountedAndTheRestIsTaken) {
  const auto answer =
      parse(answer_of(kTime, row("4b1801") + ",[\"4b1802\"],7,{\"a\":[[]]}," + row("xyz") + "," + row("4b1803")));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->states.size(), 2U);
  EXPECT_EQ(rejected(RowReject::kTooShort), 1U);
  EXPECT_EQ(rejected(RowReject::kNotARow), 2U);
  EXPECT_EQ(rejected(RowReject::kAddress), 1U);
}

TEST_F(StatesParserTest, EachReasonHasItsCount) {
  const auto with = [](std::string_view old_text, std::string_view new_text) {
    std::string text = row();
    return text.replace(text.find(old_text), old_text.size(), new_text);
  };
  EXPECT_EQ(rejects_row(with("10668", "\"high\""), RowReject::kType), 1U);
  EXPECT_EQ(rejects_row(with("false", "0"), RowReject::kType), 1U);
  EXPECT_EQ(rejects_row(with("1766888051", "null"), RowReject::kType), 1U);
  EXPECT_EQ(rejects_row(with("false,0", "false,9"), RowReject::kType), 1U);
  EXPECT_EQ(rejects_row(with("10668", "[1]"), RowReject::kNotARow), 1U);
  EXPECT_EQ(rejects_row(with("4b1801", "~4b180"), RowReject::kAddress), 1U);
  EXPECT_EQ(rejects_row(with("1766888051", "1e300"), RowReject::kTime), 1U);
  EXPECT_EQ(rejects_row(with("1766888050", "-1"), RowReject::kTime), 1U);
  EXPECT_EQ(rejects_row(with("47.3769", "91"), RowReject::kPosition), 1U);
  EXPECT_EQ(rejects_row(with("8.5417", "-180.01"), RowReject::kPosition), 1U);
  EXPECT_EQ(rejects_row(with("TEST12", "LONGCALLSIGN"), RowReject::kText), 1U);
}

TEST_F(StatesParserTest, ASquawkThatIsNoneIsNotKnown) {
  std::string text = row();
  text.replace(text.find("1000"), 4, "1899");
  const auto answer = parse(answer_of(kTime, text));
  ASSERT_TRUE(answer);
  EXPECT_TRUE(answer->states.at(0).state.squawk.empty());
}

TEST_F(StatesParserTest, OfACutAnswerNothingIsTaken) {
  const std::string whole = answer_of(kTime, row("4b1801") + "," + row("4b1802"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    ASSERT_FALSE(parse(whole.substr(0, length))) << length;
    ASSERT_EQ(report.fault, AnswerFault::kCut) << length;
  }
}

TEST_F(StatesParserTest, PiecesOfAnySizeGiveTheSame) {
  const std::string text = answer_of(kTime, row("4b1801") + "," + row("4b1802"));
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 100U}) {
    const auto answer = parse_states(text_source(text, piece), &report);
    ASSERT_TRUE(answer) << piece;
    EXPECT_EQ(answer->states.size(), 2U) << piece;
  }
}

TEST_F(StatesParserTest, AWebPageIsNamedSo) {
  const auto answer = parse("\r\n<!DOCTYPE html><html>Welcome to the hotel</html>");
  ASSERT_FALSE(answer);
  EXPECT_EQ(report.fault, AnswerFault::kNotJson);
  EXPECT_EQ(answer.error().code, ErrorCode::kInvalidData);
  EXPECT_NE(answer.error().message.find("web page"), std::string::npos);
}

TEST_F(StatesParserTest, OtherJsonIsMalformed) {
  for (const char* text :
       {"{}", "{\"time\":1766888059}", "{\"states\":[]}", "{\"time\":\"now\",\"states\":[]}",
        "{\"time\":1766888059,\"states\":7}", "{\"time\":1766888059,\"states\":{}}", "{\"time\":1,\"states\":[]}",
        "{\"time\":1766888059,\"states\":[]} x", "{\"time\":1766888059,\"states\":[1e999]}"}) {
    EXPECT_FALSE(parse(text)) << text;
    EXPECT_EQ(report.fault, AnswerFault::kMalformed) << text;
  }
}

TEST_F(StatesParserTest, DeepNestingIsRefused) {
  EXPECT_FALSE(parse("{\"more\":" + std::string(100'000, '[')));
  EXPECT_EQ(report.fault, AnswerFault::kMalformed);
}

TEST_F(StatesParserTest, ATextWithoutEndIsRefused) {
  std::size_t given = 0;
  const auto answer = parse_states(
      [&](std::span<char> into) -> Result<std::size_t> {
        std::fill(into.begin(), into.end(), 'a');
        if (given == 0) std::memcpy(into.data(), "{\"", 2);
        given += into.size();
        return into.size();
      },
      &report);
  ASSERT_FALSE(answer);
  EXPECT_EQ(report.fault, AnswerFault::kMalformed);
  EXPECT_LT(given, 100'000U);
}

TEST_F(StatesParserTest, MoreRowsThanAnySkyHoldsAreRefused) {
  std::string rows = "0";
  for (std::size_t i = 0; i < kMaxRows; ++i) rows += ",0";
  EXPECT_FALSE(parse(answer_of(kTime, rows)));
  EXPECT_EQ(report.fault, AnswerFault::kTooManyRows);
}

TEST_F(StatesParserTest, TheErrorOfTheSourceIsPassedOn) {
  const auto answer = parse_states(
      [](std::span<char>) -> Result<std::size_t> { return fail(ErrorCode::kIo, "connection broke"); }, &report);
  ASSERT_FALSE(answer);
  EXPECT_EQ(report.fault, AnswerFault::kRead);
  EXPECT_EQ(answer.error().message, "connection broke");
}

TEST(OpenSkyAnswerTest, AgesAreCountedBackFromReceipt) {
  OpenSkyAnswer answer;
  answer.time_s = 1'766'888'059;
  answer.received = BootTime(std::chrono::seconds(1000));
  EXPECT_EQ(answer.boot_time_of(1'766'888'049), BootTime(std::chrono::seconds(990)));
  EXPECT_EQ(answer.boot_time_of(1'766'888'058.5), BootTime(std::chrono::milliseconds(999'500)));
}

TEST(OpenSkyAnswerTest, NothingIsTrueAfterItWasReceived) {
  OpenSkyAnswer answer;
  answer.time_s = 1'766'888'059;
  answer.received = BootTime(std::chrono::seconds(1000));
  EXPECT_EQ(answer.boot_time_of(1'766'888'060), answer.received);
}

}  // namespace
}  // namespace airspool::opensky
