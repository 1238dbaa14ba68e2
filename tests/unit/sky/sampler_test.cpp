// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/sky/sampler.h>

#include "heard.h"

namespace airspool::sky {
namespace {

constexpr GeoPosition kBern{46.95, 7.44};

class SamplerTest : public ::testing::Test {
 protected:
  void hear(const modes::Message& message, double seconds) { picture_.observe(message, kSignalDbfs, at(seconds)); }

  std::vector<Record> sample(double seconds) {
    std::vector<Record> records;
    sampler_.sample(picture_, at(seconds), records);
    return records;
  }

  Picture picture_{{.tracker = {}, .fusion = {.radio_source = RecordSource::kSim}}};
  Sampler sampler_{{.station_id = "roof-1"}};
};

TEST_F(SamplerTest, MakesAWholeRecord) {
  hear(identification("DLH4AB", 0xA, 3), 0.0);
  hear(airborne(kBern, false), 0.5);
  hear(airborne(kBern, true), 1.0);
  hear(speed(230.0), 1.5);
  hear(squawk("1000"), 2.0);
  const auto records = sample(2.5);
  ASSERT_EQ(records.size(), 1U);
  const Record& record = records.front();
  EXPECT_EQ(record.state.icao24, kAircraft);
  EXPECT_EQ(record.state.callsign, "DLH4AB");
  EXPECT_EQ(record.state.origin_country, "Germany");
  EXPECT_EQ(record.state.country_code, "DE");
  EXPECT_EQ(record.state.squawk, "1000");
  EXPECT_EQ(record.state.category, 4);
  EXPECT_EQ(record.state.ground_speed_mps, 230.0);
  EXPECT_EQ(record.state.baro_altitude_m, 10'000.0);
  ASSERT_TRUE(record.state.position);
  EXPECT_LT(distance_m(*record.state.position, kBern), 10.0);
  EXPECT_EQ(record.time_position, RecordTime(at(1.0)));
  EXPECT_EQ(record.last_contact, RecordTime(at(2.0)));
  EXPECT_EQ(record.received, at(2.0));
  EXPECT_EQ(record.station_id, "roof-1");
  EXPECT_EQ(record.source, RecordSource::kSim);
  EXPECT_TRUE(record.spool_id.empty());
}

TEST_F(SamplerTest, GivesEachAircraftOnceAnInterval) {
  hear(all_call(), 0.0);
  EXPECT_EQ(sample(1.0).size(), 1U);
  hear(all_call(), 2.0);
  EXPECT_TRUE(sample(3.0).empty());
  EXPECT_TRUE(sample(5.9).empty());
  EXPECT_EQ(sample(6.0).size(), 1U);
}

TEST_F(SamplerTest, GivesNothingWhenNothingNewWasHeard) {
  hear(all_call(), 0.0);
  EXPECT_EQ(sample(1.0).size(), 1U);
  EXPECT_TRUE(sample(60.0).empty());
}

TEST_F(SamplerTest, FlushesWhatIsNewWhateverTheInterval) {
  hear(all_call(), 0.0);
  EXPECT_EQ(sample(1.0).size(), 1U);
  hear(all_call(), 2.0);
  std::vector<Record> records;
  sampler_.flush(picture_, at(2.1), records);
  EXPECT_EQ(records.size(), 1U);
  sampler_.flush(picture_, at(2.2), records);
  EXPECT_EQ(records.size(), 1U);
}

TEST_F(SamplerTest, OrdersByLastContactThenAddress) {
  hear(all_call(Icao24::icao(3)), 1.0);
  hear(all_call(Icao24::icao(1)), 2.0);
  hear(all_call(Icao24::icao(2)), 1.0);
  const auto records = sample(3.0);
  ASSERT_EQ(records.size(), 3U);
  EXPECT_EQ(records[0].state.icao24, Icao24::icao(2));
  EXPECT_EQ(records[1].state.icao24, Icao24::icao(3));
  EXPECT_EQ(records[2].state.icao24, Icao24::icao(1));
}

TEST_F(SamplerTest, DoesNotGiveOutStaleValues) {
  hear(identification("DLH4AB"), 0.0);
  hear(airborne(kBern, false), 0.0);
  hear(airborne(kBern, true), 0.0);
  hear(speed(230.0), 0.0);
  hear(squawk("1000", true), 0.0);
  hear(all_call(), 60.5);
  const auto records = sample(61.0);
  ASSERT_EQ(records.size(), 1U);
  const StateVector& state = records.front().state;
  EXPECT_FALSE(state.position);
  EXPECT_FALSE(records.front().time_position);
  EXPECT_FALSE(state.ground_speed_mps);
  EXPECT_FALSE(state.true_track_deg);
  EXPECT_FALSE(state.vertical_rate_mps);
  EXPECT_FALSE(state.baro_altitude_m);
  EXPECT_FALSE(state.spi);
  EXPECT_EQ(state.callsign, "DLH4AB");
  EXPECT_EQ(state.squawk, "1000");
}

TEST_F(SamplerTest, ForgetsAircraftThatThePictureForgot) {
  for (std::uint32_t i = 1; i <= 100; ++i) hear(all_call(Icao24::icao(i)), 0.0);
  sample(1.0);
  EXPECT_EQ(sampler_.remembered(), 100U);
  picture_.expire(at(400.0));
  sample(400.0);
  EXPECT_EQ(sampler_.remembered(), 0U);
}

}  // namespace
}  // namespace airspool::sky
