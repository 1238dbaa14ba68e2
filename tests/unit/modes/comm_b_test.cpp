// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>

#include <gtest/gtest.h>

#include <airspool/modes/comm_b.h>
#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

namespace airspool::modes {
namespace {

constexpr double kMetresPerFoot = 0.3048;
constexpr double kMpsPerKnot = 1852.0 / 3600.0;

// An MB field, bits numbered as in Doc 9871.
class Field {
 public:
  Field& set(unsigned first, unsigned last, std::uint64_t value) {
    frame_.me(first, last, value);
    return *this;
  }
  Field& signed_value(unsigned sign, unsigned last, int value) {
    return set(sign, last, static_cast<std::uint64_t>(value) & ((std::uint64_t{1} << (last - sign + 1)) - 1));
  }
  Field& text(unsigned first, std::string_view characters) {
    for (const char c : characters) {
      set(first, first + 5, c >= 'A' && c <= 'Z' ? static_cast<unsigned>(c - 'A' + 1) : static_cast<unsigned>(c));
      first += 6;
    }
    return *this;
  }
  MbField build() { return std::get<AltitudeReply>(decode(frame_.build())->body).mb.value(); }

 private:
  test::FrameBuilder frame_{20};
};

CommBContext at_feet(double feet) {
  CommBContext context;
  context.vertical_status = VerticalStatus::kAirborne;
  context.baro_altitude_m = feet * kMetresPerFoot;
  return context;
}

std::string names(const CommBInference& inferred) {
  std::string text;
  for (const auto& candidate : inferred.view()) {
    text += std::to_string(candidate.bds >> 4U) + std::to_string(candidate.bds & 15U) + ' ';
  }
  return text;
}

template <typename Content>
Content certain(std::uint8_t bds, const MbField& mb, const CommBContext& context) {
  const CommBInference inferred = infer_register(mb, context);
  EXPECT_EQ(inferred.bds(), bds) << names(inferred) << (inferred.count > 0 ? inferred.candidates[0].probability : 0.0);
  return std::get<Content>(decode_register(bds, mb));
}

Field track_and_turn() {
  Field field;
  field.set(1, 1, 1).signed_value(2, 11, 114);      // 20 degrees of roll
  field.set(12, 12, 1).signed_value(13, 23, -512);  // track 270
  field.set(24, 24, 1).set(25, 34, 225);            // 450 kt
  field.set(35, 35, 1).signed_value(36, 45, 30);    // 0.94 degrees a second
  field.set(46, 46, 1).set(47, 56, 210);            // 420 kt
  return field;
}

TEST(CommBTest, KnowsATrackAndTurnReport) {
  const auto body = certain<TrackAndTurn>(0x50, track_and_turn().build(), at_feet(35'000));
  EXPECT_NEAR(*body.roll_deg, 20.04, 0.01);
  EXPECT_EQ(body.true_track_deg, 270.0);
  EXPECT_NEAR(*body.ground_speed_mps, 450 * kMpsPerKnot, 1e-9);
  EXPECT_EQ(body.track_rate_deg_per_s, 0.9375);
  EXPECT_NEAR(*body.true_airspeed_mps, 420 * kMpsPerKnot, 1e-9);
}

// The same field in the mouth of an aircraft that flies elsewhere at another speed.
TEST(CommBTest, BelievesNoReportThatAdsbContradicts) {
  CommBContext context = at_feet(35'000);
  context.ground_speed_mps = 450 * kMpsPerKnot;
  context.true_track_deg = 268.0;
  EXPECT_EQ(infer_register(track_and_turn().build(), context).bds(), 0x50);
  context.true_track_deg = 90.0;
  EXPECT_NE(infer_register(track_and_turn().build(), context).bds(), 0x50);
  context.true_track_deg.reset();
  context.ground_speed_mps = 250 * kMpsPerKnot;
  EXPECT_NE(infer_register(track_and_turn().build(), context).bds(), 0x50);
}

Field heading_and_speed() {
  Field field;
  field.set(1, 1, 1).signed_value(2, 12, -512);   // heading 270
  field.set(13, 13, 1).set(14, 23, 280);          // 280 kt
  field.set(24, 24, 1).set(25, 34, 205);          // Mach 0.82
  field.set(35, 35, 1).signed_value(36, 45, -2);  // 64 ft/min down
  field.set(46, 46, 1).signed_value(47, 56, -1);
  return field;
}

TEST(CommBTest, KnowsAHeadingAndSpeedReport) {
  const auto body = certain<HeadingAndSpeed>(0x60, heading_and_speed().build(), at_feet(35'000));
  EXPECT_EQ(body.magnetic_heading_deg, 270.0);
  EXPECT_NEAR(*body.indicated_airspeed_mps, 280 * kMpsPerKnot, 1e-9);
  EXPECT_NEAR(*body.mach, 0.82, 1e-9);
  EXPECT_NEAR(*body.baro_vertical_rate_mps, -64 * kMetresPerFoot / 60, 1e-9);
  EXPECT_NEAR(*body.inertial_vertical_rate_mps, -32 * kMetresPerFoot / 60, 1e-9);
}

// 280 kt are Mach 0.82 at 35,000 ft and nowhere near it at 5,000.
TEST(CommBTest, HoldsMachNumberAndAirspeedAgainstTheAltitude) {
  EXPECT_NE(infer_register(heading_and_speed().build(), at_feet(5'000)).bds(), 0x60);
}

TEST(CommBTest, KnowsAVerticalIntention) {
  Field field;
  field.set(1, 1, 1).set(2, 13, 2'250);     // 36,000 ft
  field.set(27, 27, 1).set(28, 39, 2'132);  // 1013.2 hPa
  field.set(48, 48, 1).set(50, 50, 1).set(54, 54, 1).set(55, 56, 2);
  const auto body = certain<VerticalIntention>(0x40, field.build(), {});
  EXPECT_NEAR(*body.mcp_altitude_m, 36'000 * kMetresPerFoot, 1e-9);
  EXPECT_FALSE(body.fms_altitude_m);
  EXPECT_NEAR(*body.baro_setting_hpa, 1013.2, 1e-9);
  EXPECT_EQ(body.vnav, false);
  EXPECT_EQ(body.altitude_hold, true);
  EXPECT_EQ(body.target_source, AltitudeSource::kMcp);
}

TEST(CommBTest, KnowsACallsign) {
  const auto body = certain<CommBIdentification>(0x20, Field().set(1, 8, 0x20).text(9, "DLH4AB  ").build(), {});
  EXPECT_EQ(body.callsign.view(), "DLH4AB");
  const auto none = certain<CommBIdentification>(0x20, Field().set(1, 8, 0x20).text(9, "        ").build(), {});
  EXPECT_EQ(none.callsign.length, 0);
}

TEST(CommBTest, KnowsADataLinkCapability) {
  const auto mb = Field().set(1, 8, 0x10).set(16, 16, 1).set(17, 23, 5).set(25, 25, 1).set(33, 36, 0xD).build();
  const auto body = certain<DataLinkCapability>(0x10, mb, {});
  EXPECT_TRUE(body.acas);
  EXPECT_EQ(body.subnetwork_version, 5);
  EXPECT_TRUE(body.specific_services);
  EXPECT_TRUE(body.identification);
  EXPECT_TRUE(body.squitter);
  EXPECT_FALSE(body.surveillance_identifier);
  EXPECT_TRUE(body.common_usage);
}

TEST(CommBTest, KnowsAListOfRegisters) {
  const auto body = certain<RegisterList>(0x17, Field().set(1, 24, 0xFA8101).build(), {});
  const std::array<std::uint8_t, 9> expected = {0x05, 0x06, 0x07, 0x08, 0x09, 0x20, 0x40, 0x50, 0x60};
  EXPECT_TRUE(std::ranges::equal(body.view(), expected));
}

TEST(CommBTest, KnowsTheListsOfServices) {
  Field low;
  for (const unsigned bds : {0x05U, 0x06U, 0x08U, 0x09U, 0x10U, 0x17U, 0x18U, 0x19U, 0x20U, 0x30U}) {
    low.set(57 - bds, 57 - bds, 1);
  }
  EXPECT_EQ(certain<RegisterList>(0x18, low.build(), {}).count, 10);
  Field high;
  for (const unsigned bds : {0x40U, 0x50U, 0x60U, 0x61U, 0x65U}) high.set(56 + 0x39 - bds, 56 + 0x39 - bds, 1);
  const auto body = certain<RegisterList>(0x19, high.build(), {});
  const std::array<std::uint8_t, 5> expected = {0x40, 0x50, 0x60, 0x61, 0x65};
  EXPECT_TRUE(std::ranges::equal(body.view(), expected));
}

TEST(CommBTest, KnowsAnAdvisory) {
  const auto body = certain<ResolutionAdvisory>(
      0x30, Field().set(1, 8, 0x30).set(9, 10, 3).set(29, 30, 1).set(31, 54, 0x4B1A2C).build(), {});
  EXPECT_EQ(body.threat_address, Icao24::icao(0x4B1A2C));
}

TEST(CommBTest, ReadsARegistration) {
  const auto mb = Field().set(1, 1, 1).text(2, "DAIBCD ").set(44, 44, 1).text(45, "LH").build();
  const auto body = std::get<Registration>(decode_register(0x21, mb));
  EXPECT_EQ(body.registration.view(), "DAIBCD");
  EXPECT_EQ(body.airline.view(), "LH");
}

TEST(CommBTest, ReadsRoutineWeather) {
  Field field;
  field.set(1, 4, 1).set(5, 5, 1).set(6, 14, 62).set(15, 23, 384);  // 62 kt from 270
  field.signed_value(24, 34, -220);                                 // -55 degrees
  const auto body = certain<RoutineWeather>(0x44, field.build(), at_feet(36'000));
  EXPECT_NEAR(*body.wind_speed_mps, 62 * kMpsPerKnot, 1e-9);
  EXPECT_EQ(body.wind_direction_deg, 270.0);
  EXPECT_EQ(body.temperature_c, -55.0);
  EXPECT_FALSE(body.pressure_hpa);
  EXPECT_FALSE(body.humidity_percent);
}

TEST(CommBTest, ReadsHazardWeather) {
  Field field;
  field.set(10, 10, 1).set(11, 12, 1).set(16, 16, 1).signed_value(17, 26, -220).set(27, 27, 1).set(28, 38, 227);
  const auto body = certain<HazardWeather>(0x45, field.build(), at_feet(36'000));
  EXPECT_EQ(body.icing, 1);
  EXPECT_EQ(body.temperature_c, -55.0);
  EXPECT_EQ(body.pressure_hpa, 227.0);
  EXPECT_FALSE(body.turbulence);
}

MbField me_of(const ModeSFrame& squitter) {
  MbField mb;
  std::copy_n(squitter.bytes.begin() + 4, mb.size(), mb.begin());
  return mb;
}

TEST(CommBTest, KnowsARegisterThatIsSquitteredToo) {
  // The position must have the altitude of the reply around it.
  const MbField position = me_of(test::frame_of("8D40621D58C382D690C8AC2863A7"));
  EXPECT_TRUE(std::ranges::count(infer_register(position, at_feet(38'000)).view(), 0x05, &CommBCandidate::bds) == 1);
  EXPECT_TRUE(std::ranges::count(infer_register(position, at_feet(37'000)).view(), 0x05, &CommBCandidate::bds) == 0);
  EXPECT_TRUE(std::holds_alternative<AirbornePosition>(decode_register(0x05, position)));

  CommBContext context = at_feet(20'000);
  context.ground_speed_mps = 159.2 * kMpsPerKnot;
  context.true_track_deg = 182.9;
  const MbField velocity = me_of(test::frame_of("8D485020994409940838175B284F"));
  EXPECT_EQ(infer_register(velocity, context).candidates[0].bds, 0x09);
}

TEST(CommBTest, IsNothingWhenItIsEmptyOrNoRegister) {
  EXPECT_EQ(infer_register({}, {}).count, 0);
  MbField full;
  full.fill(0xFF);
  EXPECT_FALSE(infer_register(full, {}).certain);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(decode_register(0x53, full)));
}

// The registers that name themselves are taken by their name, also when there is little in them.
TEST(CommBTest, TakesRegistersWithANameByIt) {
  EXPECT_EQ(infer_register(Field().set(1, 8, 0x10).build(), at_feet(0)).bds(), 0x10);
  EXPECT_EQ(infer_register(Field().set(1, 8, 0x20).build(), at_feet(0)).bds(), 0x20);
  EXPECT_EQ(infer_register(Field().set(1, 8, 0x30).build(), at_feet(0)).bds(), 0x30);
}

TEST(CommBTest, TellsAmbiguityAsAmbiguity) {
  // Turn off everything that tells 5,0 from 6,0 apart: one status bit at the same place, nothing else.
  const auto inferred = infer_register(Field().set(24, 24, 1).set(25, 34, 200).build(), {});
  EXPECT_FALSE(inferred.certain);
  for (std::size_t i = 1; i < inferred.count; ++i) {
    EXPECT_LE(inferred.candidates.at(i).probability, inferred.candidates.at(i - 1).probability);
  }
}

// Random fields are certain of something once in tens of thousands: what a damaged reply costs.
TEST(CommBTest, IsHardlyEverCertainOfNoise) {
  std::mt19937_64 random(9871);
  int certain = 0;
  constexpr int kRounds = 50'000;
  for (int round = 0; round < kRounds; ++round) {
    MbField mb;
    const std::uint64_t bits = random();
    for (std::size_t i = 0; i < mb.size(); ++i) mb.at(i) = static_cast<std::uint8_t>(bits >> (8 * i));
    const auto inferred =
        infer_register(mb, round % 2 == 0 ? CommBContext{} : at_feet(static_cast<double>(random() % 40'000)));
    certain += inferred.certain ? 1 : 0;
    for (const auto& candidate : inferred.view()) {
      ASSERT_FALSE(std::holds_alternative<std::monostate>(decode_register(candidate.bds, mb)));
    }
  }
  EXPECT_LE(certain, 5);
}

}  // namespace
}  // namespace airspool::modes
