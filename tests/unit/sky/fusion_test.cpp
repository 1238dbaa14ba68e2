// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include <airspool/sky/picture.h>

#include "told.h"

namespace airspool::sky {
namespace {

constexpr GeoPosition kBern{46.95, 7.44};

class FusionTest : public ::testing::Test {
 protected:
  void hear(const modes::Message& message, double seconds) { picture_.observe(message, kSignalDbfs, at(seconds)); }
  // A pair of position messages, the second at this time.
  void hear_place(GeoPosition place, double seconds) {
    hear(airborne(place, odd_ = !odd_), seconds - 0.5);
    hear(airborne(place, odd_ = !odd_), seconds);
  }
  void tell(CloudRow row, double received_s) { picture_.take(std::move(row), at(received_s)); }
  [[nodiscard]] FusedAircraft look() const { return picture_.look(picture_.sides(kAircraft)); }
  [[nodiscard]] Record record() const { return make_record(look()); }

  Picture picture_{{}};
  bool odd_ = false;
};

bool gave(const Record& record, RecordField field) { return record.from_opensky.contains(field); }

TEST_F(FusionTest, WhatOnlyTheRadioKnowsIsItsOwn) {
  hear_place(kBern, 1.0);
  EXPECT_EQ(record().source, RecordSource::kRadio);
  EXPECT_TRUE(record().from_opensky.empty());
}

TEST_F(FusionTest, WhatOnlyOpenSkyKnowsIsRepeatedAsItStands) {
  CloudRow row = told(kBern, -200.0, -150.0);
  row.state.on_ground = true;
  const CloudRow given = row;
  tell(row, 0.0);
  const Record record = this->record();
  EXPECT_EQ(record.source, RecordSource::kOpenSky);
  EXPECT_EQ(record.state.position, kBern) << "old, but as given";
  EXPECT_EQ(record.state.ground_speed_mps, 200.0);
  EXPECT_EQ(record.time_position, RecordTime(*given.time_position));
  EXPECT_EQ(record.last_contact, RecordTime(given.last_contact));
  EXPECT_EQ(record.received, at(0.0));
  EXPECT_EQ(record.state.country_code, "DE") << "what OpenSky never tells";
  EXPECT_TRUE(record.from_opensky.empty());
}

TEST_F(FusionTest, FillsWhatTheRadioDoesNotKnow) {
  hear_place(kBern, 100.0);
  tell(told(kBern, 90.0, 98.0), 101.0);
  const Record record = this->record();
  EXPECT_EQ(record.source, RecordSource::kFused);
  EXPECT_EQ(record.state.baro_altitude_m, 10'000.0) << "the radio's";
  EXPECT_EQ(record.state.ground_speed_mps, 200.0);
  EXPECT_EQ(record.state.callsign, "CLOUD1");
  EXPECT_TRUE(gave(record, RecordField::kVelocity));
  EXPECT_TRUE(gave(record, RecordField::kTrueTrack));
  EXPECT_TRUE(gave(record, RecordField::kCallsign));
  EXPECT_FALSE(gave(record, RecordField::kBaroAltitude));
  EXPECT_FALSE(gave(record, RecordField::kLatitude));
  EXPECT_FALSE(gave(record, RecordField::kOriginCountry)) << "our own table says the same";
  EXPECT_EQ(record.last_contact, RecordTime(at(100.0)));
  EXPECT_EQ(record.received, at(101.0));
}

TEST_F(FusionTest, SensorsAreOpenSkys) {
  CloudRow row = told(kBern, 90.0, 98.0);
  row.state.sensors = {7};
  hear_place(kBern, 100.0);
  tell(row, 101.0);
  EXPECT_EQ(record().state.sensors, row.state.sensors);
  EXPECT_TRUE(gave(record(), RecordField::kSensors));
}

TEST_F(FusionTest, PrefersTheRadioUntilItIsOlderByMoreThanTheSetting) {
  hear(speed(230.0), 100.0);
  tell(told(kBern, 105.0, 105.0), 106.0);
  EXPECT_EQ(look().ground_speed_mps.value, 230.0);
  EXPECT_EQ(look().ground_speed_mps.source, RecordSource::kRadio);
  tell(told(kBern, 105.1, 105.1), 107.0);
  EXPECT_EQ(look().ground_speed_mps.value, 200.0);
  EXPECT_EQ(look().true_track_deg.value, 91.0) << "with the speed it belongs to";
  EXPECT_EQ(look().ground_speed_mps.source, RecordSource::kOpenSky);
  EXPECT_EQ(look().ground_speed_mps.time, at(105.1));
  hear(speed(231.0), 108.0);
  EXPECT_EQ(look().ground_speed_mps.value, 231.0);
}

TEST_F(FusionTest, ThePreferenceIsASetting) {
  Picture picture{{.tracker = {}, .fusion = {.prefer_radio = Nanoseconds(0)}}};
  picture.observe(speed(230.0), kSignalDbfs, at(100.0));
  picture.take(told(kBern, 101.0, 101.0), at(102.0));
  EXPECT_EQ(picture.look(picture.sides(kAircraft)).ground_speed_mps.value, 200.0);
}

TEST_F(FusionTest, EachFieldGoesByItsOwnAge) {
  hear(speed(230.0), 100.0);
  hear_place(kBern, 120.0);
  tell(told(kBern, 115.0, 119.0), 120.0);
  EXPECT_EQ(look().position.source, RecordSource::kRadio);
  EXPECT_EQ(look().ground_speed_mps.source, RecordSource::kOpenSky);
}

TEST_F(FusionTest, AnOldPositionOfOpenSkyIsAsOldAsItsOwnTimeSays) {
  hear_place(kBern, 100.0);
  tell(told(east_of(kBern, 1'000.0), 60.0, 110.0), 110.0);  // heard just now, its position long before
  EXPECT_EQ(look().position.source, RecordSource::kRadio);
  EXPECT_EQ(record().time_position, RecordTime(at(100.0)));
}

TEST_F(FusionTest, GivesOutNoStaleValueOfEither) {
  hear_place(kBern, 0.0);
  tell(told(kBern, -10.0, -5.0), 0.5);
  hear(all_call(), 60.5);
  const Record record = this->record();
  EXPECT_FALSE(record.state.position);
  EXPECT_FALSE(record.state.baro_altitude_m);
  EXPECT_FALSE(record.state.ground_speed_mps);
  EXPECT_EQ(record.state.callsign, "CLOUD1");
}

TEST_F(FusionTest, WhenTheRadioHearsNothingMoreOpenSkyIsRepeatedAsItStands) {
  hear(all_call(), 0.0);
  tell(told(kBern, 2.0, 30.0), 31.0);
  const Record record = this->record();
  EXPECT_EQ(record.source, RecordSource::kOpenSky);
  EXPECT_EQ(record.last_contact, RecordTime(wall_at(30.0)));
}

TEST_F(FusionTest, LastContactIsOpenSkysWhereItIsLaterByMoreThanThePreference) {
  hear(identification("DLH4AB"), 0.0);
  tell(told(kBern, 4.0, 4.0), 5.0);
  EXPECT_EQ(record().last_contact, RecordTime(at(0.0)));
  tell(told(kBern, 9.0, 9.0), 10.0);
  EXPECT_EQ(record().last_contact, RecordTime(wall_at(9.0)));
  EXPECT_TRUE(gave(record(), RecordField::kLastContact));
}

TEST_F(FusionTest, ACallsignThatStoodBeforeTheRadiosIsTheOlderOne) {
  tell(told(kBern, 0.0, 0.0), 1.0);
  hear(identification("DLH4AB"), 10.0);
  CloudRow same = told(kBern, 20.0, 20.0);
  tell(same, 21.0);  // its aircraft was heard later, and it says what it said before
  EXPECT_EQ(look().callsign.value, "DLH4AB");
  CloudRow changed = told(kBern, 30.0, 30.0);
  changed.state.callsign = "DLH4XY";
  tell(changed, 31.0);
  EXPECT_EQ(look().callsign.value, "DLH4XY");
}

TEST_F(FusionTest, WhereBothSayTheSameItIsTheRadiosOwn) {
  hear(squawk("2000"), 0.0);
  hear_place(kBern, 1.0);
  tell(told(kBern, 20.0, 20.0), 21.0);
  EXPECT_EQ(look().squawk.source, RecordSource::kRadio);
  EXPECT_FALSE(gave(record(), RecordField::kSquawk));
}

TEST_F(FusionTest, ACategoryThatSaysNothingGivesWay) {
  hear(identification("DLH4AB", 0xA, 0), 10.0);
  CloudRow row = told(kBern, 0.0, 0.0);
  row.state.category = 4;
  tell(row, 11.0);
  EXPECT_EQ(record().state.category, 4);
  hear(identification("DLH4AB", 0xA, 5), 12.0);
  row = told(kBern, 30.0, 30.0);
  row.state.category = 0;
  tell(row, 31.0);
  EXPECT_EQ(record().state.category, 6);
}

TEST_F(FusionTest, OpenSkysCountryWinsAndIsToldWhereItDiffers) {
  hear_place(kBern, 1.0);
  CloudRow row = told(kBern, 0.0, 0.0);
  row.state.origin_country = "Elsewhere";
  tell(row, 2.0);
  EXPECT_EQ(record().state.origin_country, "Elsewhere");
  EXPECT_TRUE(gave(record(), RecordField::kOriginCountry));
}

TEST_F(FusionTest, TwoConsistentPositionsBeatOneThatNoSpeedExplains) {
  hear_place(kBern, 100.0);
  hear_place(kBern, 101.0);
  tell(told(east_of(kBern, 80'000.0), 120.0, 120.0), 121.0);
  hear(all_call(), 121.0);
  EXPECT_EQ(look().position.source, RecordSource::kRadio) << "although it is 20 s older";
  EXPECT_EQ(picture_.cloud_counts().disagreements, 1U);
  picture_.expire(at(122.0));
  EXPECT_EQ(picture_.cloud_counts().disagreements, 1U) << "each once";
  tell(told(east_of(kBern, 4'000.0), 122.0, 122.0), 123.0);
  EXPECT_EQ(look().position.source, RecordSource::kOpenSky);
  EXPECT_EQ(picture_.cloud_counts().disagreements, 1U);
}

TEST_F(FusionTest, ASinglePositionLosesAgainstOneThatNoSpeedExplains) {
  tell(told(east_of(kBern, 80'000.0), 99.0, 99.0), 100.0);
  hear(airborne(kBern, false), 99.5);
  hear(airborne(kBern, true), 100.0);
  EXPECT_EQ(look().position.source, RecordSource::kOpenSky);
  hear(airborne(kBern, false), 100.5);
  EXPECT_EQ(look().position.source, RecordSource::kRadio) << "the second pair makes it sure";
  picture_.expire(at(101.0));
  EXPECT_EQ(picture_.cloud_counts().disagreements, 1U);
}

TEST_F(FusionTest, APositionThatTheRadioContradictsIsNotGivenOutWhenItsOwnIsTooOld) {
  hear_place(kBern, 100.0);
  hear_place(kBern, 101.0);
  hear(all_call(), 165.0);
  tell(told(east_of(kBern, 300'000.0), 172.0, 172.0), 173.0);
  EXPECT_EQ(record().source, RecordSource::kFused);
  EXPECT_FALSE(record().state.position);
}

TEST_F(FusionTest, AddressesOfAnotherKindNeverMerge) {
  const Icao24 track_file = Icao24::other(kAircraft.value());
  picture_.observe(airborne(kBern, false, track_file), kSignalDbfs, at(0.0));
  tell(told(kBern, 0.0, 0.0), 1.0);
  EXPECT_EQ(picture_.look(picture_.sides(track_file)).source, RecordSource::kRadio);
  EXPECT_EQ(look().source, RecordSource::kOpenSky);
}

TEST_F(FusionTest, ASimulatedSkyIsNeverMixedWithTheRealOne) {
  Picture picture{{.tracker = {}, .fusion = {.radio_source = RecordSource::kSim}}};
  picture.observe(speed(230.0), kSignalDbfs, at(0.0));
  picture.take(told(kBern, 50.0, 50.0), at(51.0));
  const FusedAircraft aircraft = picture.look(picture.sides(kAircraft));
  EXPECT_EQ(aircraft.source, RecordSource::kSim);
  EXPECT_FALSE(aircraft.position.value);
}

}  // namespace
}  // namespace airspool::sky
