// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <variant>

#include <gtest/gtest.h>

#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

// Type codes 28, 29 and 31, and the advisories of DF16.
namespace airspool::modes {
namespace {

using test::FrameBuilder;

constexpr double kMetresPerFoot = 0.3048;

template <typename Body>
Body body_of(const ModeSFrame& frame) {
  const auto message = decode(frame);
  EXPECT_TRUE(message.has_value());
  return message ? std::get<Body>(message->body) : Body{};
}

FrameBuilder squitter(int typecode, unsigned subtype) { return FrameBuilder::squitter(typecode).me(6, 8, subtype); }

TEST(EmergencyStatusTest, ReadsEveryStateAndTheModeACode) {
  for (unsigned state = 0; state < 8; ++state) {
    const auto body = body_of<EmergencyStatus>(squitter(28, 1).me(9, 11, state).me(12, 24, 0x0AAA).build());
    EXPECT_EQ(body.emergency, static_cast<Emergency>(state));
    EXPECT_EQ(body.squawk, (std::array{'7', '7', '0', '0'}));
  }
}

TEST(EmergencyStatusTest, HasNoCodeWhereOlderVersionsSendZeros) {
  EXPECT_FALSE(body_of<EmergencyStatus>(squitter(28, 1).me(9, 11, 5).build()).squawk);
}

TEST(EmergencyStatusTest, LeavesReservedSubtypesUndecoded) {
  for (const unsigned subtype : {0U, 3U, 7U}) {
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(decode(squitter(28, subtype).build())->body)) << subtype;
  }
}

TEST(ResolutionAdvisoryTest, ReadsAThreatByItsAddress) {
  const auto body = body_of<ResolutionAdvisory>(squitter(28, 2)
                                                    .me(9, 22, 0b11'0000'0100'0000)
                                                    .me(23, 26, 0b0100)
                                                    .me(28, 28, 1)
                                                    .me(29, 30, 1)
                                                    .me(31, 54, 0x4B1A2C)
                                                    .build());
  EXPECT_TRUE(body.single_sense());
  EXPECT_TRUE(body.advisory(2));
  EXPECT_FALSE(body.advisory(3));
  EXPECT_EQ(body.complements, 0b0100);
  EXPECT_FALSE(body.terminated);
  EXPECT_TRUE(body.several_threats);
  EXPECT_EQ(body.threat_address, Icao24::icao(0x4B1A2C));
  EXPECT_FALSE(body.threat_altitude_m);
}

TEST(ResolutionAdvisoryTest, ReadsAThreatByItsPlace) {
  const auto threat = [](unsigned range, unsigned bearing) {
    return body_of<ResolutionAdvisory>(
        squitter(28, 2).me(29, 30, 2).me(31, 43, 0x1838).me(44, 50, range).me(51, 56, bearing).build());
  };
  const auto body = threat(21, 16);
  EXPECT_NEAR(*body.threat_altitude_m, 38'000 * kMetresPerFoot, 1e-9);
  EXPECT_NEAR(*body.threat_range_m, 2 * 1852.0, 1e-9);
  EXPECT_EQ(body.threat_bearing_deg, 93.0);
  EXPECT_FALSE(body.threat_address);
  for (const unsigned bearing : {0U, 61U, 63U}) EXPECT_FALSE(threat(127, bearing).threat_bearing_deg) << bearing;
  EXPECT_FALSE(threat(127, 1).threat_range_m);
  EXPECT_FALSE(threat(0, 1).threat_range_m);
}

TEST(ResolutionAdvisoryTest, ComesInDf16WithoutItsThreat) {
  FrameBuilder reply(16);
  reply.set(9, 11, 3).set(14, 17, 11).set(20, 32, 0x1838).set(33, 40, 0x30).set(41, 54, 0b10'0000'0100'0000);
  reply.set(59, 59, 1).set(61, 62, 1).set(63, 86, 0x123456);
  const auto body = body_of<AirAirReply>(reply.overlaid_with(0x4B1A2C));
  EXPECT_EQ(body.sensitivity_level, 3);
  EXPECT_EQ(body.reply_information, 11);
  EXPECT_NEAR(*body.baro_altitude_m, 38'000 * kMetresPerFoot, 1e-9);
  ASSERT_TRUE(body.advisory);
  EXPECT_TRUE(body.advisory->terminated);
  EXPECT_FALSE(body.advisory->threat_address);
  EXPECT_FALSE(body_of<AirAirReply>(FrameBuilder(16).build()).advisory);
}

FrameBuilder target_state() { return FrameBuilder::squitter(29).me(6, 7, 1); }

TEST(TargetStateTest, ReadsVersion2) {
  const auto body = body_of<TargetState>(target_state()
                                             .me(9, 9, 1)
                                             .me(10, 20, 1 + 1'000)
                                             .me(21, 29, 1 + 266)
                                             .me(30, 30, 1)
                                             .me(31, 39, 384)
                                             .me(40, 43, 9)
                                             .me(44, 44, 1)
                                             .me(45, 46, 3)
                                             .me(47, 47, 1)
                                             .me(49, 49, 1)
                                             .me(53, 53, 1)
                                             .build());
  EXPECT_EQ(body.subtype, 1);
  EXPECT_NEAR(*body.selected_altitude_m, 32'000 * kMetresPerFoot, 1e-9);
  EXPECT_EQ(body.altitude_source, AltitudeSource::kFms);
  EXPECT_NEAR(*body.baro_setting_hpa, 1012.8, 1e-9);
  EXPECT_EQ(body.selected_heading_deg, 270.0);
  EXPECT_EQ(body.nac_p, 9);
  EXPECT_TRUE(body.nic_baro);
  EXPECT_EQ(body.sil, 3);
  EXPECT_EQ(body.sil_per_sample, false);
  EXPECT_EQ(body.autopilot, false);
  EXPECT_EQ(body.vnav, true);
  EXPECT_EQ(body.acas_operational, true);
  EXPECT_FALSE(body.emergency);
}

TEST(TargetStateTest, SaysNothingOfWhatIsNotSelected) {
  const auto body = body_of<TargetState>(target_state().me(31, 39, 100).me(48, 50, 7).build());
  EXPECT_FALSE(body.selected_altitude_m);
  EXPECT_EQ(body.altitude_source, AltitudeSource::kUnknown);
  EXPECT_FALSE(body.baro_setting_hpa);
  EXPECT_FALSE(body.selected_heading_deg);
  EXPECT_FALSE(body.autopilot);
  EXPECT_FALSE(body.altitude_hold);
}

TEST(TargetStateTest, ReadsEverySelectedAltitudeAndHeading) {
  for (unsigned code = 1; code < 2048; ++code) {
    const auto body =
        body_of<TargetState>(target_state().me(10, 20, code).me(30, 30, 1).me(31, 39, code & 511U).build());
    ASSERT_NEAR(*body.selected_altitude_m, 32.0 * (code - 1) * kMetresPerFoot, 1e-6);
    ASSERT_NEAR(*body.selected_heading_deg, (code & 511U) * 0.703125, 1e-9);
  }
}

TEST(TargetStateTest, ReadsVersion1) {
  const auto frame = [](unsigned altitude, unsigned heading, unsigned foreign) {
    return FrameBuilder::squitter(29)
        .me(8, 9, 1)
        .me(11, 11, foreign)
        .me(16, 25, altitude)
        .me(26, 27, 1)
        .me(28, 36, heading)
        .me(37, 37, 1)
        .me(40, 43, 8)
        .me(54, 56, 3)
        .build();
  };
  const auto body = body_of<TargetState>(frame(360, 271, 0));
  EXPECT_EQ(body.subtype, 0);
  EXPECT_NEAR(*body.selected_altitude_m, 35'000 * kMetresPerFoot, 1e-9);
  EXPECT_EQ(body.altitude_source, AltitudeSource::kMcp);
  EXPECT_EQ(body.selected_heading_deg, 271.0);
  EXPECT_TRUE(body.heading_is_track);
  EXPECT_EQ(body.nac_p, 8);
  EXPECT_EQ(body.emergency, Emergency::kMinimumFuel);
  EXPECT_FALSE(body_of<TargetState>(frame(1011, 360, 0)).selected_altitude_m);
  EXPECT_FALSE(body_of<TargetState>(frame(1011, 360, 0)).selected_heading_deg);
  EXPECT_TRUE(std::holds_alternative<OtherSquitter>(decode(frame(360, 271, 1))->body));
}

TEST(TargetStateTest, LeavesReservedSubtypesUndecoded) {
  for (const unsigned subtype : {2U, 3U}) {
    const auto message = decode(FrameBuilder::squitter(29).me(6, 7, subtype).build());
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(message->body));
  }
}

FrameBuilder status(unsigned subtype, unsigned version) {
  return squitter(31, subtype)
      .me(41, 43, version)
      .me(44, 44, 1)
      .me(45, 48, 10)
      .me(49, 50, 2)
      .me(51, 52, 3)
      .me(54, 54, 1);
}

TEST(OperationalStatusTest, ReadsVersion2InTheAir) {
  const auto body = body_of<OperationalStatus>(status(0, 2)
                                                   .me(11, 11, 1)
                                                   .me(12, 12, 1)
                                                   .me(27, 27, 1)
                                                   .me(30, 30, 1)
                                                   .me(31, 32, 2)
                                                   .me(53, 53, 1)
                                                   .me(55, 55, 1)
                                                   .build());
  EXPECT_FALSE(body.on_surface);
  EXPECT_EQ(body.version, 2);
  EXPECT_EQ(body.nic_a, true);
  EXPECT_FALSE(body.nic_c);
  EXPECT_EQ(body.nac_p, 10);
  EXPECT_EQ(body.gva, 2);
  EXPECT_EQ(body.sil, 3);
  EXPECT_EQ(body.sil_per_sample, true);
  EXPECT_EQ(body.sda, 2);
  EXPECT_EQ(body.nic_baro, true);
  EXPECT_EQ(body.acas_operational, true);
  EXPECT_EQ(body.acas_ra_active, true);
  EXPECT_EQ(body.ident, false);
  EXPECT_EQ(body.single_antenna, true);
  EXPECT_EQ(body.receives_1090es, true);
  EXPECT_EQ(body.receives_uat, false);
  EXPECT_EQ(body.headings_magnetic, true);
  EXPECT_FALSE(body.length_width);
}

TEST(OperationalStatusTest, ReadsVersion2OnTheSurface) {
  const auto body =
      body_of<OperationalStatus>(status(1, 2).me(17, 19, 3).me(20, 20, 1).me(21, 24, 5).me(53, 53, 1).build());
  EXPECT_TRUE(body.on_surface);
  EXPECT_EQ(body.nic_c, true);
  EXPECT_EQ(body.nac_v, 3);
  EXPECT_EQ(body.length_width, 5);
  EXPECT_EQ(body.surface_track_is_heading, true);
  EXPECT_FALSE(body.gva);
  EXPECT_FALSE(body.nic_baro);
  EXPECT_FALSE(body.acas_operational);
}

TEST(OperationalStatusTest, ReadsOfVersion1WhatItHas) {
  const auto body = body_of<OperationalStatus>(status(0, 1).me(31, 32, 3).me(55, 55, 1).build());
  EXPECT_EQ(body.nic_a, true);
  EXPECT_EQ(body.nac_p, 10);
  EXPECT_EQ(body.sil, 3);
  EXPECT_FALSE(body.gva);
  EXPECT_FALSE(body.sda);
  EXPECT_FALSE(body.sil_per_sample);
  EXPECT_FALSE(body.single_antenna);
  EXPECT_FALSE(body.acas_operational);  // 0 is "it works or nobody knows"
  EXPECT_EQ(body_of<OperationalStatus>(status(0, 1).me(11, 11, 1).build()).acas_operational, false);
}

TEST(OperationalStatusTest, ReadsOfOtherVersionsTheirNumberAlone) {
  for (const unsigned version : {0U, 3U, 7U}) {
    const auto body = body_of<OperationalStatus>(status(0, version).build());
    EXPECT_EQ(body.version, version);
    EXPECT_FALSE(body.nac_p);
    EXPECT_FALSE(body.sil);
    EXPECT_FALSE(body.nic_a);
  }
}

TEST(OperationalStatusTest, ReadsNoCapabilitiesAndModesOfReservedLayouts) {
  const auto body =
      body_of<OperationalStatus>(status(0, 2).me(9, 10, 1).me(11, 12, 3).me(25, 26, 2).me(31, 32, 3).build());
  EXPECT_FALSE(body.acas_operational);
  EXPECT_FALSE(body.receives_1090es);
  EXPECT_FALSE(body.sda);
  EXPECT_EQ(body.nac_p, 10);
}

TEST(OperationalStatusTest, LeavesReservedSubtypesUndecoded) {
  for (unsigned subtype = 2; subtype < 8; ++subtype) {
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(decode(status(subtype, 2).build())->body));
  }
}

// A radar's picture has no crew and no navigation.
TEST(StatusTest, IsNotReadOutOfTisb) {
  for (const int typecode : {28, 29, 31}) {
    const auto message =
        decode(FrameBuilder(18).set(6, 8, 2).me(1, 5, static_cast<unsigned>(typecode)).me(6, 8, 1).build());
    EXPECT_TRUE(std::holds_alternative<OtherSquitter>(message->body));
  }
}

}  // namespace
}  // namespace airspool::modes
