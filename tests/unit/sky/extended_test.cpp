// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <optional>
#include <random>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/modes/crc.h>
#include <airspool/modes/decode.h>
#include <airspool/sky/extended.h>
#include <airspool/sky/fusion.h>
#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>

#include "fakes/frame_builder.h"
#include "heard.h"

// What records carry of the quality of positions, and the fields that are asked for.
namespace airspool::sky {
namespace {

constexpr GeoPosition kBern{46.95, 7.44};
constexpr double kMpsPerKnot = 1852.0 / 3600.0;

ExtendedFields all_fields() {
  ExtendedFields fields;
  for (const std::string_view name : kExtendedFieldNames) fields.add(*extended_field(name));
  return fields;
}

class ExtendedTest : public ::testing::Test {
 protected:
  void hear(const modes::Message& message, double seconds) { picture_.observe(message, kSignalDbfs, at(seconds)); }
  // A Comm-B reply of kAircraft with this field, at 35,000 ft.
  void reply(std::string_view mb_hex, double seconds) {
    modes::AltitudeReply body{.baro_altitude_m = 10'668.0};
    body.mb.emplace();
    ASSERT_TRUE(parse_hex(mb_hex, *body.mb));
    hear(message(20, body), seconds);
  }
  void fly(double seconds, std::uint8_t typecode = 11, bool nic_b = false) {
    for (const bool odd : {false, true}) {
      modes::Message position = airborne(kBern, odd);
      position.typecode = typecode;
      std::get<modes::AirbornePosition>(position.body).nic_b = nic_b;
      hear(position, seconds + (odd ? 0.5 : 0.0));
    }
  }
  StateVector state() const { return state_vector(picture_.look(picture_.sides(kAircraft))); }
  ExtendedState extended(double seconds) const {
    return extended_state(picture_.radio().aircraft().at(kAircraft), all_fields(), at(seconds));
  }

  Picture picture_{PictureSettings{}};
};

modes::Message status(std::uint8_t version, bool nic_a) {
  modes::OperationalStatus body;
  body.version = version;
  body.nic_a = nic_a;
  body.nac_p = 9;
  body.sil = 3;
  return message(17, body);
}

TEST_F(ExtendedTest, ARecordTellsTheQualityOfItsPosition) {
  fly(0.0, 11, true);
  EXPECT_FALSE(state().nic) << "without a version the type code may mean two things";
  EXPECT_FALSE(state().adsb_version);
  hear(status(2, true), 1.0);
  EXPECT_EQ(state().nic, 9);
  EXPECT_EQ(state().rc_m, 75.0);
  EXPECT_EQ(state().nac_p, 9);
  EXPECT_EQ(state().sil, 3);
  EXPECT_EQ(state().adsb_version, 2);
}

TEST_F(ExtendedTest, QualityGoesWithThePositionAndTheStatus) {
  fly(0.0, 10);
  hear(status(2, false), 1.0);
  EXPECT_EQ(state().nic, 10);
  hear(all_call(), 62.0);  // both are old now
  EXPECT_FALSE(state().nic);
  EXPECT_FALSE(state().rc_m);
  EXPECT_FALSE(state().nac_p);
  EXPECT_EQ(state().adsb_version, 2) << "a transponder does not change it in flight";
}

// Some aircraft on the ground send what their compass says; 3.6 degrees less than the way over Bern.
TEST_F(ExtendedTest, AMagneticHeadingOnTheGroundIsPutRight) {
  fly(0.0);
  modes::OperationalStatus body;
  body.on_surface = true;
  body.version = 2;
  body.surface_track_is_heading = true;
  body.headings_magnetic = true;
  hear(message(17, body), 1.0);
  modes::Message rolling = surface(kBern, false, 5.0);
  std::get<modes::SurfacePosition>(rolling.body).true_track_deg = 357.1875;
  hear(rolling, 2.0);
  EXPECT_NEAR(state().true_track_deg.value(), 0.8, 0.2);
}

TEST_F(ExtendedTest, MessagesAboutAServiceMakeNoAircraft) {
  for (const auto origin : {modes::SquitterOrigin::kManagement, modes::SquitterOrigin::kReserved}) {
    modes::Message heard = message(18, modes::OtherSquitter{}, Icao24::other(0x123456));
    heard.origin = origin;
    hear(heard, 0.0);
  }
  EXPECT_TRUE(picture_.radio().aircraft().empty());
  EXPECT_EQ(picture_.radio().counts().messages_of_no_aircraft, 2U);
}

TEST_F(ExtendedTest, ReadsRegistersThatAreCertain) {
  reply("85e42f31300000", 0.0);  // 4,0: 3,008 ft
  reply("81951536e024d4", 1.0);  // 5,0: roll 2.1, track 114.3, 438 kt, 424 kt TAS
  EXPECT_EQ(picture_.radio().counts().comm_b_inferred, 2U);
  const ExtendedState known = extended(1.0);
  EXPECT_NEAR(known.selected_altitude_m.value(), 3'008 * 0.3048, 0.01);
  EXPECT_NEAR(known.roll_deg.value(), 2.11, 0.01);
  EXPECT_NEAR(known.true_airspeed_mps.value(), 424 * kMpsPerKnot, 0.01);
  EXPECT_FALSE(known.mach);
  EXPECT_FALSE(known.wind_speed_mps);
}

TEST_F(ExtendedTest, ReadsNothingThatAdsbContradicts) {
  modes::Message moving = speed(438 * kMpsPerKnot);
  std::get<modes::Velocity>(moving.body).true_track_deg = 290.0;
  hear(moving, 0.0);
  reply("81951536e024d4", 1.0);  // 5,0 with track 114
  EXPECT_FALSE(extended(1.0).roll_deg);
  EXPECT_EQ(picture_.radio().counts().comm_b_inferred, 0U);
  // Ten seconds later the track of then says nothing.
  reply("81951536e024d4", 12.0);
  EXPECT_TRUE(extended(12.0).roll_deg);
}

TEST_F(ExtendedTest, ForgetsWhatIsOldOrNoLongerAvailable) {
  reply("85e42f31300000", 0.0);
  EXPECT_TRUE(extended(60.0).selected_altitude_m);
  EXPECT_FALSE(extended(60.1).selected_altitude_m);
  modes::TargetState target;
  target.selected_altitude_m = 5'000.0;
  hear(message(17, target), 61.0);
  EXPECT_EQ(extended(61.0).selected_altitude_m, 5'000.0F);
  target.selected_altitude_m.reset();
  hear(message(17, target), 62.0);
  EXPECT_FALSE(extended(62.0).selected_altitude_m);
}

TEST_F(ExtendedTest, TellsAnEmergencyAndItsEnd) {
  EXPECT_EQ((hear(all_call(), 0.0), extended(0.0).emergency), std::nullopt);
  hear(message(17, modes::EmergencyStatus{modes::Emergency::kMinimumFuel, std::array{'7', '7', '0', '0'}}), 1.0);
  EXPECT_EQ(kEmergencyNames.at(extended(1.0).emergency.value()), "minimum_fuel");
  EXPECT_EQ(state().squawk, "7700");
  hear(message(17, modes::EmergencyStatus{}), 2.0);
  EXPECT_EQ(extended(2.0).emergency, 0);
  hear(message(17, modes::EmergencyStatus{modes::Emergency::kReserved, std::nullopt}), 3.0);
  EXPECT_FALSE(extended(3.0).emergency);
}

// Whatever is sent, the picture holds and what it tells lies in its ranges.
TEST_F(ExtendedTest, AnyPayloadOfAnyFormatMakesRecordsThatCanBe) {
  std::mt19937 random(1090);
  SamplingSettings settings;
  settings.fields = all_fields();
  Sampler sampler(settings);
  std::vector<Record> records;
  for (int round = 0; round < 20'000; ++round) {
    modes::ModeSFrame frame;
    for (auto& byte : frame.bytes) {
      byte = static_cast<std::uint8_t>(round < 32 ? 0 : round < 64 ? 0xFF : random() & 0xFFU);
    }
    frame.bytes[0] = static_cast<std::uint8_t>((frame.bytes[0] & 0x07U) | static_cast<unsigned>(round % 32) << 3U);
    if (round % 3 != 0) frame.bytes[1] = frame.bytes[2] = 0x4B;  // some aircraft are heard again
    frame.length = frame.df() < 16 ? modes::kShortFrameBytes : modes::kLongFrameBytes;
    // A parity that fits; of replies it is the address.
    const std::uint32_t remainder = modes::crc24(frame.view()) ^ (frame.df() == 17 || frame.df() == 18 ? 0U : 7U);
    for (std::size_t i = 0; i < 3; ++i) {
      frame.bytes.at(frame.length - 3U + i) ^= static_cast<std::uint8_t>(remainder >> (16U - 8U * i));
    }
    const auto message = modes::decode(frame);
    if (message) hear(*message, 0.02 * round);
    if (round % 50 == 0) sampler.sample(picture_, at(0.02 * round), records);
  }
  sampler.flush(picture_, at(400.0), records);
  ASSERT_GT(records.size(), 1'000U);
  for (const Record& record : records) {
    const StateVector& state = record.state;
    EXPECT_LE(std::abs(state.true_track_deg.value_or(0.0) - 180.0), 180.0);
    EXPECT_LE(std::abs(state.position.value_or(GeoPosition{}).latitude_deg), 90.0);
    EXPECT_LE(state.nic.value_or(0), 11);
    EXPECT_LE(state.nac_p.value_or(0), 15);
    EXPECT_LE(state.sil.value_or(0), 3);
    EXPECT_LE(std::abs(state.extended.roll_deg.value_or(0.0F)), 60.0F);
    EXPECT_LE(std::abs(state.extended.temperature_c.value_or(0.0F)), 90.0F);
    EXPECT_LE(std::abs(state.extended.wind_direction_deg.value_or(0.0F) - 180.0F), 180.0F);
    EXPECT_LT(state.extended.emergency.value_or(0), kEmergencyNames.size());
  }
}

// 5,0 and 6,0 as an aircraft sends them that flies straight in a wind.
class WindTest : public ExtendedTest {
 protected:
  static modes::MbField field_of(test::FrameBuilder& builder) {
    return std::get<modes::AltitudeReply>(modes::decode(builder.build())->body).mb.value();
  }
  void say(modes::MbField mb, double seconds) {
    modes::AltitudeReply body{.baro_altitude_m = 10'668.0};
    body.mb = mb;
    hear(message(20, body), seconds);
  }
  // Heading 090 magnetic, Mach 0.78 at 35,000 ft.
  void heading(double seconds) {
    test::FrameBuilder builder(20);
    builder.me(1, 1, 1).me(3, 12, 512).me(13, 13, 1).me(14, 23, 264).me(24, 24, 1).me(25, 34, 195);
    builder.me(35, 35, 1).me(46, 46, 1);
    say(field_of(builder), seconds);
  }
  void turn(double seconds, double roll_deg, double track_deg, double ground_kt, double air_kt) {
    const auto roll = static_cast<std::uint64_t>(std::llround(roll_deg * 256 / 45));
    test::FrameBuilder builder(20);
    builder.me(1, 1, 1).me(3, 11, roll).me(12, 12, 1).me(14, 23, static_cast<std::uint64_t>(track_deg * 512 / 90));
    builder.me(24, 24, 1).me(25, 34, static_cast<std::uint64_t>(ground_kt / 2)).me(35, 35, 1).me(46, 46, 1);
    builder.me(47, 56, static_cast<std::uint64_t>(air_kt / 2));
    say(field_of(builder), seconds);
  }
};

TEST_F(WindTest, FollowsFromTheWayThroughTheAir) {
  fly(0.0);
  heading(1.0);
  // Magnetic north is 3.6 degrees east of north over Bern: the nose points to 093.6. The track leads there too, so that
  // the wind is a headwind of 50 knots.
  turn(2.0, 0.0, 93.6, 400.0, 450.0);
  const ExtendedState known = extended(2.0);
  EXPECT_NEAR(known.wind_speed_mps.value(), 50 * kMpsPerKnot, 1.5);
  EXPECT_NEAR(known.wind_direction_deg.value(), 93.6, 5.0);
  // Mach 0.78 at 450 kt is 219.3 K.
  EXPECT_NEAR(known.temperature_c.value(), 219.2 - 273.15, 1.5);
}

TEST_F(WindTest, DoesNotFollowInATurnNorFromOldRepliesNorWithoutAPlace) {
  heading(1.0);
  turn(2.0, 0.0, 93.6, 400.0, 450.0);
  EXPECT_FALSE(extended(2.0).wind_speed_mps) << "without a place";
  fly(2.0);
  turn(7.0, 0.0, 93.6, 400.0, 450.0);
  EXPECT_FALSE(extended(7.0).wind_speed_mps) << "the heading is six seconds old";
  heading(8.0);
  EXPECT_FALSE(extended(8.0).wind_speed_mps) << "the speed of the turn report went with it";
  fly(12.0);
  heading(13.0);
  turn(14.0, 20.0, 93.6, 400.0, 450.0);
  EXPECT_FALSE(extended(14.0).wind_speed_mps) << "in a turn";
}

TEST_F(WindTest, GivesWayToAReport) {
  fly(0.0);
  reply("185bd5cf400000", 1.0);  // 4,4: 22 kt from 344.5, -48.75 degrees
  heading(2.0);
  turn(3.0, 0.0, 93.6, 400.0, 450.0);
  EXPECT_NEAR(extended(3.0).wind_speed_mps.value(), 22 * kMpsPerKnot, 0.01);
  EXPECT_NEAR(extended(3.0).temperature_c.value(), -48.75, 0.01);
}

TEST(SampledFieldsTest, AreThoseThatWereAskedFor) {
  Picture picture{PictureSettings{}};
  SamplingSettings settings;
  settings.fields.add(ExtendedField::kSelectedAltitude);
  Sampler sampler(settings);
  modes::TargetState target;
  target.selected_altitude_m = 5'000.0;
  target.emergency = modes::Emergency::kGeneral;
  picture.observe(message(17, target), kSignalDbfs, at(0.0));
  std::vector<Record> records;
  sampler.sample(picture, at(1.0), records);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].state.extended.selected_altitude_m, 5'000.0F);
  EXPECT_FALSE(records[0].state.extended.emergency);
  Sampler plain{SamplingSettings{}};
  plain.sample(picture, at(1.0), records);
  EXPECT_EQ(records.at(1).state.extended, ExtendedState{});
}

}  // namespace
}  // namespace airspool::sky
