// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/sky/picture.h>
#include <airspool/sky/snapshot.h>

#include "told.h"

namespace airspool::sky {
namespace {

constexpr GeoPosition kBern{46.95, 7.44};

class PictureTest : public ::testing::Test {
 protected:
  bool tell(CloudRow row, double received_s) { return picture_.take(std::move(row), at(received_s)); }

  Picture picture_{{}};
};

TEST_F(PictureTest, ARowIsNewsWhenItsContactOrAnythingElseIsNew) {
  EXPECT_TRUE(tell(told(kBern, 0.0, 5.0), 6.0));
  EXPECT_FALSE(tell(told(kBern, 0.0, 5.0), 16.0)) << "the next answer repeats it";
  EXPECT_TRUE(tell(told(kBern, 0.0, 7.0), 26.0));
  CloudRow other = told(kBern, 0.0, 7.0);
  other.state.squawk = "7700";
  EXPECT_TRUE(tell(other, 36.0));
  EXPECT_FALSE(tell(told(kBern, 0.0, 4.0), 46.0)) << "an older answer, late";
  EXPECT_EQ(picture_.cloud_counts().rows, 5U);
  EXPECT_EQ(picture_.cloud_counts().news, 3U);
  EXPECT_EQ(picture_.look(picture_.sides(kAircraft)).squawk.value, "7700");
}

TEST_F(PictureTest, AContactInTheFutureDoesNotBlindItForEver) {
  CloudRow wrong = told(kBern, 0.0, 0.0);
  wrong.last_contact = wall_at(1e6);
  wrong.contact_at = at(1.0);  // counts as of receipt
  EXPECT_TRUE(tell(wrong, 1.0));
  EXPECT_TRUE(tell(told(kBern, 10.0, 10.0), 11.0));
}

TEST_F(PictureTest, OpenSkysSideStaysAsLongAsItIsListed) {
  tell(told(kBern, 0.0, 0.0), 10.0);
  tell(told(kBern, 0.0, 0.0), 200.0);  // no news, but still there
  picture_.expire(at(500.0));
  EXPECT_EQ(picture_.cloud().size(), 1U);
  picture_.expire(at(500.1));
  EXPECT_TRUE(picture_.cloud().empty());
}

TEST_F(PictureTest, EachSideGoesByItself) {
  picture_.observe(all_call(), kSignalDbfs, at(0.0));
  tell(told(kBern, 0.0, 0.0), 0.0);
  picture_.expire(at(61.0));
  EXPECT_TRUE(picture_.radio().aircraft().empty());
  EXPECT_EQ(picture_.look(picture_.sides(kAircraft)).source, RecordSource::kOpenSky);
  picture_.expire(at(301.0));
  EXPECT_EQ(picture_.sides(kAircraft).cloud, nullptr);
}

TEST_F(PictureTest, GivesTheCountryThatOpenSkyLeftOut) {
  CloudRow row = told(kBern, 0.0, 0.0);
  row.state.origin_country.clear();
  tell(row, 0.0);
  EXPECT_EQ(state_vector(picture_.look(picture_.sides(kAircraft))).origin_country, "Germany");
}

TEST(PictureBoundTest, DropsOpenSkysOldestAndCounts) {
  PictureSettings settings;
  settings.max_cloud_aircraft = 3;
  Picture picture(settings);
  for (std::uint32_t i = 1; i <= 5; ++i) picture.take(told(kBern, i, i, Icao24::icao(i)), at(10.0));
  EXPECT_EQ(picture.cloud().size(), 3U);
  EXPECT_FALSE(picture.cloud().contains(Icao24::icao(2)));
  EXPECT_TRUE(picture.cloud().contains(Icao24::icao(3)));
  EXPECT_EQ(picture.cloud_counts().aircraft_dropped, 2U);
}

TEST_F(PictureTest, ASnapshotShowsEachAircraftOnceAndWhoKnowsIt) {
  picture_.observe(speed(230.0), kSignalDbfs, at(10.0));
  picture_.observe(all_call(Icao24::icao(3)), kSignalDbfs, at(10.0));
  tell(told(kBern, 9.0, 10.0), 10.0);
  tell(told(kBern, 2.0, 3.0, Icao24::icao(4)), 10.0);
  const SkySnapshot snapshot = take_snapshot(picture_, at(11.0), WallTime());
  ASSERT_EQ(snapshot.aircraft.size(), 3U);
  EXPECT_EQ(snapshot.aircraft[0].source, RecordSource::kRadio);
  EXPECT_EQ(snapshot.aircraft[1].source, RecordSource::kOpenSky);
  EXPECT_EQ(snapshot.aircraft[1].last_seen, at(3.0));
  EXPECT_EQ(snapshot.aircraft[1].position_time, at(2.0));
  EXPECT_EQ(snapshot.aircraft[1].messages, 0U);
  EXPECT_EQ(snapshot.aircraft[2].source, RecordSource::kFused);
  EXPECT_EQ(snapshot.aircraft[2].messages, 1U);
  EXPECT_EQ(snapshot.aircraft[2].position_time, at(9.0));
}

}  // namespace
}  // namespace airspool::sky
