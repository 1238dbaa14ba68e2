// SPDX-License-Identifier: Apache-2.0
#include "held_text.h"

#include <chrono>
#include <limits>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include <airspool/spool/record_codec.h>

namespace airspool::spool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Record record(BootTime heard) {
  Record record;
  record.state.icao24 = Icao24::icao(0x3C6444);
  record.state.callsign = "A\x01\"B";  // a byte that marks are made of, from outside
  record.station_id = "roof-1";
  record.spool_id = "abcdefghij234567";
  record.seq = 42;
  record.last_contact = heard;
  record.time_position = RecordTime(heard - milliseconds(1234));
  record.received = heard;
  return record;
}

std::string held(const Record& record) {
  std::string out;
  append_held(out, record);
  return out;
}

std::string printed(const Record& record, const Calendar& calendar) {
  std::string out;
  append_ndjson(out, record, calendar);
  return out;
}

TEST(HeldTextTest, GivesTheVeryBytesThatTheRecordWouldHaveHadFromTheStart) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 2000; ++i) {
    const BootTime heard{
        Nanoseconds(std::uniform_int_distribution<std::int64_t>(0, 400LL * 86'400'000'000'000)(random))};
    const WallTime boot_zero{Nanoseconds(
        std::uniform_int_distribution<std::int64_t>(-1'000'000'000'000, 6'000'000'000'000'000'000)(random))};
    Record one = record(heard);
    if (i % 3 == 0) one.time_position = RecordTime(WallTime(milliseconds(1'700'000'000'250)));
    if (i % 5 == 0) one.last_contact = RecordTime(WallTime(seconds(1'700'000'001)));
    if (i % 7 == 0) one.time_position.reset();
    const Calendar calendar{boot_zero, static_cast<ClockQuality>(i % 4)};
    const auto placed = place_held(held(one), calendar);
    ASSERT_TRUE(placed) << placed.error().message;
    ASSERT_EQ(*placed, printed(one, calendar)) << i;
  }
}

TEST(HeldTextTest, LetsOtherLinesPass) {
  const std::string start = "{\"schema\":1,\"kind\":\"start\"}\n";
  const Record one = record(BootTime(seconds(5)));
  EXPECT_EQ(place_held(start + held(one), {}).value(), start + printed(one, {}));
  EXPECT_EQ(place_held("", {}).value(), "");
}

TEST(HeldTextTest, RefusesMarksThatAreNone) {
  for (const std::string bad : {"\x01", "\x01s5", "\x01\x01", "\x01s\x01", "\x01x5\x01", "\x01s5,\x01", "\x01s5.0\x01",
                                "\x01s99999999999999999999\x01"}) {
    const auto placed = place_held(bad, {});
    ASSERT_FALSE(placed) << bad;
    EXPECT_EQ(placed.error().code, ErrorCode::kInvalidData);
  }
}

TEST(HeldTextTest, RefusesATimeThatNoCalendarHas) {
  const std::string far = "\x01s" + std::to_string(std::numeric_limits<std::int64_t>::max()) + "\x01";
  EXPECT_FALSE(place_held(far, {WallTime(seconds(1))}));
}

}  // namespace
}  // namespace airspool::spool
