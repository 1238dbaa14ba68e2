// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

namespace airspool::modes {
namespace {

using test::frame_of;
using test::FrameBuilder;

constexpr double kKnot = 0.514444444444444444;
constexpr double kFootPerMinute = 0.00508;

template <typename Body>
Body body_of(const ModeSFrame& frame) {
  return std::get<Body>(decode(frame).value().body);
}

ModeSFrame identification(std::array<unsigned, 8> codes, int typecode = 4, unsigned category = 0) {
  FrameBuilder builder = FrameBuilder::squitter(typecode).me(6, 8, category);
  for (unsigned i = 0; i < 8; ++i) builder.me(9 + 6 * i, 14 + 6 * i, codes.at(i));
  return builder.build();
}

TEST(IdentificationTest, DecodesTheTextbookMessage) {
  const auto message = decode(frame_of("8D4840D6202CC371C32CE0576098"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->address, Icao24::icao(0x4840D6));
  EXPECT_EQ(message->vertical_status, VerticalStatus::kAirborne);
  EXPECT_EQ(message->typecode, 4);
  EXPECT_EQ(message->bds, 0x08);
  EXPECT_EQ(std::get<Identification>(message->body).callsign.view(), "KLM1023");
}

TEST(IdentificationTest, KnowsTheWholeAlphabet) {
  for (unsigned code = 0; code < 64; ++code) {
    const std::string expected = code >= 1 && code <= 26    ? std::string(1, static_cast<char>('A' + code - 1))
                                 : code >= 48 && code <= 57 ? std::string(1, static_cast<char>('0' + code - 48))
                                                            : "";
    const auto body = body_of<Identification>(identification({code, 32, 32, 32, 32, 32, 32, 32}));
    EXPECT_EQ(body.callsign.view(), expected) << code;
  }
}

TEST(IdentificationTest, HasNoCallsignWhenOneCharacterIsIllegal) {
  EXPECT_EQ(body_of<Identification>(identification({11, 12, 13, 0, 49, 48, 50, 51})).callsign.view(), "");
}

TEST(IdentificationTest, KeepsInnerSpacesAndDropsTrailingOnes) {
  EXPECT_EQ(body_of<Identification>(identification({14, 32, 49, 48, 32, 32, 32, 32})).callsign.view(), "N 10");
  EXPECT_EQ(body_of<Identification>(identification({14, 49, 50, 51, 52, 53, 54, 55})).callsign.view(), "N1234567");
}

TEST(IdentificationTest, MapsTypeCodesToCategorySets) {
  for (int typecode = 1; typecode <= 4; ++typecode) {
    const auto body = body_of<Identification>(identification({1, 32, 32, 32, 32, 32, 32, 32}, typecode, 5));
    EXPECT_EQ(body.category_set, 0xE - typecode);
    EXPECT_EQ(body.category_code, 5);
  }
}

TEST(AirbornePositionTest, DecodesTheTextbookMessage) {
  const auto message = decode(frame_of("8D40621D58C386435CC412692AD6"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->bds, 0x05);
  const auto& body = std::get<AirbornePosition>(message->body);
  EXPECT_NEAR(*body.baro_altitude_m / 0.3048, 38'000.0, 1e-9);
  EXPECT_FALSE(body.geo_altitude_m);
  ASSERT_TRUE(body.cpr);
  EXPECT_EQ(body.cpr->latitude, 74158U);
  EXPECT_EQ(body.cpr->longitude, 50194U);
  EXPECT_TRUE(body.cpr->odd);
}

TEST(AirbornePositionTest, TellsBarometricAltitudeFromGnssHeightByTypeCode) {
  for (const int typecode : {9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 22}) {
    const auto body = body_of<AirbornePosition>(FrameBuilder::squitter(typecode).me(9, 20, 0xC38).build());
    EXPECT_EQ(body.baro_altitude_m.has_value(), typecode < 19) << typecode;
    EXPECT_EQ(body.geo_altitude_m.has_value(), typecode > 19) << typecode;
    EXPECT_TRUE(body.cpr);
  }
}

TEST(AirbornePositionTest, HasNoPositionWithTypeCode0) {
  const auto message = decode(FrameBuilder::squitter(0).me(9, 20, 0xC38).build());
  const auto& body = std::get<AirbornePosition>(message->body);
  EXPECT_FALSE(body.cpr);
  EXPECT_NEAR(*body.baro_altitude_m / 0.3048, 38'000.0, 1e-9);
  EXPECT_FALSE(message->bds);
  EXPECT_EQ(message->vertical_status, VerticalStatus::kUnknown);
}

TEST(AirbornePositionTest, ReadsSurveillanceStatus) {
  for (unsigned status = 0; status < 4; ++status) {
    const auto body = body_of<AirbornePosition>(FrameBuilder::squitter(11).me(6, 7, status).build());
    EXPECT_EQ(body.alert, status == 1 || status == 2) << status;
    EXPECT_EQ(body.spi, status == 3) << status;
  }
}

TEST(SurfacePositionTest, DecodesTheTextbookMessage) {
  const auto message = decode(frame_of("8C4841753A9A153237AEF0F275BE"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->bds, 0x06);
  EXPECT_EQ(message->vertical_status, VerticalStatus::kOnGround);
  const auto& body = std::get<SurfacePosition>(message->body);
  EXPECT_NEAR(*body.ground_speed_mps, 17.0 * kKnot, 1e-9);
  EXPECT_NEAR(*body.true_track_deg, 92.8125, 1e-12);
  EXPECT_EQ(body.cpr.latitude, 39195U);
  EXPECT_EQ(body.cpr.longitude, 110320U);
  EXPECT_TRUE(body.cpr.odd);
}

TEST(SurfacePositionTest, FollowsTheMovementScale) {
  const auto knots = [](unsigned movement) -> std::optional<double> {
    const auto body = body_of<SurfacePosition>(FrameBuilder::squitter(7).me(6, 12, movement).build());
    if (!body.ground_speed_mps) return std::nullopt;
    return *body.ground_speed_mps / kKnot;
  };
  EXPECT_FALSE(knots(0));
  // First and last code of each range of the table.
  struct Row {
    unsigned movement;
    double knots;
  };
  for (const Row& row : {Row{1, 0.0},
                         {2, 0.125},
                         {8, 0.875},
                         {9, 1.0},
                         {12, 1.75},
                         {13, 2.0},
                         {38, 14.5},
                         {39, 15.0},
                         {93, 69.0},
                         {94, 70.0},
                         {108, 98.0},
                         {109, 100.0},
                         {123, 170.0},
                         {124, 175.0}}) {
    EXPECT_NEAR(knots(row.movement).value_or(-1.0), row.knots, 1e-9) << row.movement;
  }
  for (unsigned movement = 2; movement <= 124; ++movement)
    EXPECT_GT(*knots(movement), *knots(movement - 1)) << movement;
  for (unsigned movement = 125; movement <= 127; ++movement) EXPECT_FALSE(knots(movement));
}

TEST(SurfacePositionTest, HasATrackOnlyWhenItIsMarkedValid) {
  EXPECT_FALSE(body_of<SurfacePosition>(FrameBuilder::squitter(5).me(14, 20, 64).build()).true_track_deg);
  const auto body = body_of<SurfacePosition>(FrameBuilder::squitter(8).me(13, 13, 1).me(14, 20, 127).build());
  EXPECT_NEAR(*body.true_track_deg, 357.1875, 1e-12);
}

TEST(VelocityTest, DecodesTheTextbookGroundSpeed) {
  const auto message = decode(frame_of("8D485020994409940838175B284F"));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->bds, 0x09);
  const auto& body = std::get<Velocity>(message->body);
  EXPECT_EQ(body.subtype, 1);
  EXPECT_NEAR(*body.ground_speed_mps, 159.20 * kKnot, 0.005);
  EXPECT_NEAR(*body.true_track_deg, 182.88, 0.005);
  EXPECT_NEAR(*body.vertical_rate_mps, -832 * kFootPerMinute, 1e-9);
  EXPECT_FALSE(body.vertical_rate_is_baro);
  EXPECT_NEAR(*body.geo_minus_baro_m, 550 * 0.3048, 1e-9);
  EXPECT_FALSE(body.heading_deg);
  EXPECT_FALSE(body.airspeed_mps);
}

TEST(VelocityTest, DecodesTheTextbookAirspeed) {
  const auto body = body_of<Velocity>(frame_of("8DA05F219B06B6AF189400CBC33F"));
  EXPECT_EQ(body.subtype, 3);
  EXPECT_NEAR(*body.heading_deg, 243.984375, 1e-12);
  EXPECT_NEAR(*body.airspeed_mps, 375 * kKnot, 1e-9);
  EXPECT_TRUE(body.airspeed_is_true);
  EXPECT_NEAR(*body.vertical_rate_mps, -2304 * kFootPerMinute, 1e-9);
  EXPECT_TRUE(body.vertical_rate_is_baro);
  EXPECT_FALSE(body.ground_speed_mps);
  EXPECT_FALSE(body.true_track_deg);
}

FrameBuilder velocity(unsigned subtype) { return FrameBuilder::squitter(19).me(6, 8, subtype); }

TEST(VelocityTest, PointsIntoAllFourQuadrants) {
  struct Case {
    unsigned west, south;
    double track_deg;
  };
  for (const Case& direction : {Case{0, 0, 45.0}, {0, 1, 135.0}, {1, 1, 225.0}, {1, 0, 315.0}}) {
    const auto body = body_of<Velocity>(
        velocity(1).me(14, 14, direction.west).me(15, 24, 101).me(25, 25, direction.south).me(26, 35, 101).build());
    EXPECT_NEAR(*body.true_track_deg, direction.track_deg, 1e-9);
    EXPECT_NEAR(*body.ground_speed_mps, 100 * std::sqrt(2.0) * kKnot, 1e-9);
  }
}

TEST(VelocityTest, CountsFourKnotsAStepForSupersonicAircraft) {
  const auto ground = body_of<Velocity>(velocity(2).me(15, 24, 301).me(26, 35, 1).build());
  EXPECT_NEAR(*ground.ground_speed_mps, 1200 * kKnot, 1e-9);
  EXPECT_NEAR(*ground.true_track_deg, 90.0, 1e-12);
  const auto air = body_of<Velocity>(velocity(4).me(26, 35, 301).build());
  EXPECT_NEAR(*air.airspeed_mps, 1200 * kKnot, 1e-9);
  EXPECT_FALSE(air.airspeed_is_true);
}

TEST(VelocityTest, TakesZeroAsNotAvailable) {
  for (unsigned subtype = 1; subtype <= 4; ++subtype) {
    const auto body = body_of<Velocity>(velocity(subtype).build());
    EXPECT_FALSE(body.ground_speed_mps || body.true_track_deg || body.heading_deg || body.airspeed_mps ||
                 body.vertical_rate_mps || body.geo_minus_baro_m)
        << subtype;
  }
}

TEST(VelocityTest, NeedsBothComponents) {
  EXPECT_FALSE(body_of<Velocity>(velocity(1).me(15, 24, 301).build()).ground_speed_mps);
  EXPECT_FALSE(body_of<Velocity>(velocity(1).me(26, 35, 301).build()).ground_speed_mps);
}

TEST(VelocityTest, HasNoTrackWithoutSpeed) {
  const auto body = body_of<Velocity>(velocity(1).me(15, 24, 1).me(26, 35, 1).build());
  EXPECT_EQ(body.ground_speed_mps, 0.0);
  EXPECT_FALSE(body.true_track_deg);
}

TEST(VelocityTest, ReadsSignAndSourceOfTheVerticalRate) {
  const auto level = body_of<Velocity>(velocity(1).me(38, 46, 1).build());
  EXPECT_EQ(level.vertical_rate_mps, 0.0);
  const auto climb = body_of<Velocity>(velocity(1).me(36, 36, 1).me(38, 46, 511).build());
  EXPECT_NEAR(*climb.vertical_rate_mps, 510 * 64 * kFootPerMinute, 1e-9);
  EXPECT_TRUE(climb.vertical_rate_is_baro);
  const auto sink = body_of<Velocity>(velocity(3).me(37, 37, 1).me(38, 46, 2).build());
  EXPECT_NEAR(*sink.vertical_rate_mps, -64 * kFootPerMinute, 1e-9);
  EXPECT_FALSE(sink.vertical_rate_is_baro);
}

TEST(VelocityTest, ReadsTheSignOfTheHeightDifference) {
  EXPECT_NEAR(*body_of<Velocity>(velocity(1).me(50, 56, 127).build()).geo_minus_baro_m, 3150 * 0.3048, 1e-9);
  EXPECT_NEAR(*body_of<Velocity>(velocity(1).me(49, 49, 1).me(50, 56, 2).build()).geo_minus_baro_m, -25 * 0.3048, 1e-9);
}

TEST(VelocityTest, LeavesReservedSubtypesUndecoded) {
  for (const unsigned subtype : {0U, 5U, 6U, 7U}) {
    const auto message = decode(velocity(subtype).build());
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(message->body)) << subtype;
    EXPECT_EQ(message->bds, 0x09);
  }
}

TEST(ExtendedSquitterTest, NamesTheRegisterOfEveryTypeCode) {
  for (int typecode = 0; typecode < 32; ++typecode) {
    const std::optional<std::uint16_t> expected = typecode == 0    ? std::nullopt
                                                  : typecode <= 4  ? std::optional<std::uint16_t>(0x08)
                                                  : typecode <= 8  ? std::optional<std::uint16_t>(0x06)
                                                  : typecode == 19 ? std::optional<std::uint16_t>(0x09)
                                                  : typecode <= 22 ? std::optional<std::uint16_t>(0x05)
                                                  : typecode == 28 ? std::optional<std::uint16_t>(0x61)
                                                  : typecode == 29 ? std::optional<std::uint16_t>(0x62)
                                                  : typecode == 31 ? std::optional<std::uint16_t>(0x65)
                                                                   : std::nullopt;
    const auto message = decode(FrameBuilder::squitter(typecode).build());
    EXPECT_EQ(message->bds, expected) << typecode;
    EXPECT_EQ(message->typecode, typecode);
    // Of the reports with subtypes, those whose subtype 0 is not reserved.
    const bool read = (typecode <= 22 && typecode != 19) || typecode == 29 || typecode == 31;
    EXPECT_EQ(std::holds_alternative<OtherSquitter>(message->body), !read) << typecode;
  }
}

TEST(ExtendedSquitterTest, TakesVerticalStatusFromCapabilityUnlessThePositionSaysMore) {
  const auto status = [](unsigned capability, int typecode) {
    return decode(FrameBuilder::squitter(typecode).set(6, 8, capability).build())->vertical_status;
  };
  EXPECT_EQ(status(4, 4), VerticalStatus::kOnGround);
  EXPECT_EQ(status(5, 31), VerticalStatus::kAirborne);
  EXPECT_EQ(status(6, 4), VerticalStatus::kUnknown);
  for (int typecode = 5; typecode <= 8; ++typecode) EXPECT_EQ(status(5, typecode), VerticalStatus::kOnGround);
  for (int typecode = 9; typecode <= 22; ++typecode) EXPECT_EQ(status(4, typecode), VerticalStatus::kAirborne);
}

struct ControlCase {
  unsigned control;
  int typecode;
  unsigned imf_bit;  // 0: the flag is left 0
  bool icao;
  SquitterOrigin origin;
};

TEST(ExtendedSquitterTest, TakesTheKindOfAddressFromControlFieldAndImf) {
  using enum SquitterOrigin;
  constexpr ControlCase kCases[] = {
      {0, 11, 0, true, kNonTransponder}, {0, 11, 8, true, kNonTransponder}, {1, 11, 0, false, kNonTransponder},
      {2, 11, 0, true, kTisb},           {2, 11, 8, false, kTisb},          {2, 7, 0, true, kTisb},
      {2, 7, 21, false, kTisb},          {2, 19, 9, false, kTisb},          {2, 4, 0, true, kTisb},
      {5, 11, 0, false, kTisb},          {5, 11, 8, false, kTisb},          {6, 11, 0, true, kAdsr},
      {6, 11, 8, false, kAdsr},          {6, 7, 21, false, kAdsr},          {6, 19, 9, false, kAdsr},
      {6, 29, 51, false, kAdsr},         {6, 31, 56, false, kAdsr},         {6, 31, 0, true, kAdsr},
  };
  for (const ControlCase& expected : kCases) {
    FrameBuilder builder(18);
    builder.set(6, 8, expected.control).set(9, 32, 0xABCDEF).me(1, 5, static_cast<unsigned>(expected.typecode));
    if (expected.imf_bit != 0) builder.me(expected.imf_bit, expected.imf_bit, 1);
    const auto message = decode(builder.build());
    ASSERT_TRUE(message);
    EXPECT_EQ(message->address, expected.icao ? Icao24::icao(0xABCDEF) : Icao24::other(0xABCDEF))
        << "CF " << expected.control << " type code " << expected.typecode << " IMF bit " << expected.imf_bit;
    EXPECT_EQ(message->origin, expected.origin) << expected.control;
    EXPECT_EQ(message->typecode, expected.typecode);
  }
}

TEST(ExtendedSquitterTest, LeavesManagementAndReservedMessagesUndecoded) {
  for (const unsigned control : {4U, 7U}) {
    const auto message = decode(FrameBuilder(18).set(6, 8, control).set(9, 32, 0xABCDEF).me(1, 5, 11).build());
    ASSERT_TRUE(message);
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(message->body)) << control;
    EXPECT_EQ(message->origin, control == 4 ? SquitterOrigin::kManagement : SquitterOrigin::kReserved);
    EXPECT_FALSE(message->typecode);
    EXPECT_FALSE(message->bds);
    EXPECT_FALSE(message->address.is_icao()) << control;
  }
}

TEST(CoarsePositionTest, ReadsItsOwnLayout) {
  const auto message = decode(FrameBuilder(18)
                                  .set(6, 8, 3)
                                  .set(9, 32, 0xABCDEF)
                                  .me(2, 3, 3)       // SPI
                                  .me(8, 19, 0xC38)  // 38,000 ft
                                  .me(20, 20, 1)
                                  .me(21, 25, 8)  // a quarter of the circle
                                  .me(26, 31, 5)  // around 128 knots
                                  .me(32, 32, 1)
                                  .me(33, 44, 0x800)
                                  .me(45, 56, 0x001)
                                  .build());
  ASSERT_TRUE(message);
  EXPECT_TRUE(message->address.is_icao());
  EXPECT_EQ(message->origin, SquitterOrigin::kTisb);
  EXPECT_FALSE(message->typecode);
  const auto& body = std::get<CoarsePosition>(message->body);
  EXPECT_TRUE(body.spi);
  EXPECT_FALSE(body.alert);
  EXPECT_NEAR(*body.baro_altitude_m, 38'000 * 0.3048, 1e-9);
  EXPECT_EQ(body.true_track_deg, 90.0);
  EXPECT_NEAR(*body.ground_speed_mps, 128 * 1852.0 / 3600.0, 1e-9);
  EXPECT_TRUE(body.cpr.odd);
  EXPECT_EQ(body.cpr.latitude, 65'536U);
  EXPECT_EQ(body.cpr.longitude, 32U);
}

TEST(CoarsePositionTest, KnowsNoSpeedAtTheEndsOfTheScale) {
  for (const unsigned code : {0U, 1U, 63U}) {
    const auto message = decode(FrameBuilder(18).set(6, 8, 3).me(26, 31, code).build());
    EXPECT_FALSE(std::get<CoarsePosition>(message->body).ground_speed_mps) << code;
    EXPECT_FALSE(std::get<CoarsePosition>(message->body).true_track_deg);
  }
}

TEST(ExtendedSquitterTest, ReadsNoQualityCodesOfTisbAsHeight) {
  const auto message =
      decode(FrameBuilder(18).set(6, 8, 2).me(1, 5, 19).me(6, 8, 1).me(36, 36, 1).me(50, 56, 9).build());
  EXPECT_FALSE(std::get<Velocity>(message->body).geo_minus_baro_m);
  EXPECT_FALSE(std::get<Velocity>(message->body).vertical_rate_is_baro);
}

}  // namespace
}  // namespace airspool::modes
