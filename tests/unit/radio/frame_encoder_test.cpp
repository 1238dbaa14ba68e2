// SPDX-License-Identifier: Apache-2.0
#include "sim/frame_encoder.h"

#include <string>

#include <gtest/gtest.h>

#include <airspool/core/hex.h>

namespace airspool::radio::sim {
namespace {

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

// The address that parity was overlaid with.
std::uint32_t overlay(const std::string& message) {
  std::array<std::uint8_t, 14> bytes{};
  const std::size_t length = parse_hex(message, bytes).value_or(0);
  const std::uint32_t sent = static_cast<std::uint32_t>(bytes[length - 3]) << 16U |
                             static_cast<std::uint32_t>(bytes[length - 2]) << 8U | bytes[length - 1];
  return sent ^ parity_24({bytes.data(), length - 3});
}

// The examples are those of "The 1090 Megahertz Riddle" (J. Sun), recorded from real aircraft.

TEST(FrameEncoderTest, ParityMatchesRecordedMessages) {
  EXPECT_EQ(overlay("8d4840d6202cc371c32ce0576098"), 0U);
  EXPECT_EQ(overlay("a0001839ca3800315800007448d9"), 0x400940U);
}

TEST(FrameEncoderTest, EncodesIdentification) {
  const Payload me = identification(4, 0, "KLM1023");
  EXPECT_EQ(hex(extended_squitter(17, 5, 0x4840D6, me).span()), "8d4840d6202cc371c32ce0576098");
}

TEST(FrameEncoderTest, EncodesAPairOfAirbornePositions) {
  const std::uint16_t altitude = altitude_code_12(38000.0, AltitudeEncoder::k25Feet);
  const Payload even = airborne_position(11, altitude, {52.2572021484375, 3.91937255859375}, false);
  EXPECT_EQ(hex(extended_squitter(17, 5, 0x40621D, even).span()), "8d40621d58c382d690c8ac2863a7");
  const Payload odd = airborne_position(11, altitude, {52.26578017412606, 3.938912527901786}, true);
  EXPECT_EQ(hex(extended_squitter(17, 5, 0x40621D, odd).span()), "8d40621d58c386435cc412692ad6");
}

TEST(FrameEncoderTest, EncodesVelocityOverGround) {
  Velocity velocity;
  velocity.east_kt = -8.0;
  velocity.north_kt = -159.0;
  velocity.vertical_rate_fpm = -832.0;
  velocity.barometric = false;
  velocity.geo_minus_baro_ft = 550.0;
  velocity.accuracy = 0;
  EXPECT_EQ(hex(extended_squitter(17, 5, 0x485020, airborne_velocity(velocity)).span()),
            "8d485020994409940838175b284f");
}

TEST(FrameEncoderTest, HoldsAVelocityBeyondTheFieldAtItsEnd) {
  Velocity velocity;
  velocity.east_kt = 5000.0;
  const Payload me = airborne_velocity(velocity);
  EXPECT_EQ(static_cast<unsigned>((me[1] & 3U) << 8U | me[2]), 1023U);
}

TEST(FrameEncoderTest, EncodesSpeedAndTrackOnTheGround) {
  // 8C4841753A9A153237AEF0F275BE says 17 kt and 92.8 degrees.
  const Payload me = surface_position(7, 17.2, 92.8125, {52.3206, 4.7347}, false);
  EXPECT_EQ(hex({me.data(), 2}), "3a9a");
  EXPECT_EQ(me[2] >> 4U, 0x1U);
}

TEST(FrameEncoderTest, EncodesMovementByItsTable) {
  EXPECT_EQ(movement_code(0.0), 1U);
  EXPECT_EQ(movement_code(0.2), 2U);
  EXPECT_EQ(movement_code(1.0), 9U);
  EXPECT_EQ(movement_code(2.0), 13U);
  EXPECT_EQ(movement_code(14.9), 38U);
  EXPECT_EQ(movement_code(15.0), 39U);
  EXPECT_EQ(movement_code(69.5), 93U);
  EXPECT_EQ(movement_code(99.0), 108U);
  EXPECT_EQ(movement_code(174.0), 123U);
  EXPECT_EQ(movement_code(250.0), 124U);
}

TEST(FrameEncoderTest, EncodesCommBRegisters) {
  EXPECT_EQ(hex(bds20_identification("KLM1017")), "202cc371c31de0");
  EXPECT_EQ(hex(bds40_selected_intention(3008.0, 1020.0)), "85e42f31300000");
  EXPECT_EQ(hex(bds50_track_and_turn(2.1, 114.258, 438.0, 0.125, 424.0)), "81951536e024d4");
  EXPECT_EQ(hex(bds60_heading_and_speed(42.715, 252.0, 0.42, -1920.0)), "8f39f91a7e27c4");
}

TEST(FrameEncoderTest, OverlaysParityWithTheAddress) {
  EXPECT_EQ(overlay(hex(short_air_air(false, 0x1718, 0x3C6545).span())), 0x3C6545U);
  EXPECT_EQ(overlay(hex(altitude_reply(false, 0x1718, 0x3C6545).span())), 0x3C6545U);
  EXPECT_EQ(overlay(hex(comm_b_identity(true, 0x116D, Payload{}, 0x3C6545).span())), 0x3C6545U);
  EXPECT_EQ(overlay(hex(all_call_reply(5, 0x3C6545, 14).span())), 14U);
}

TEST(FrameEncoderTest, GivesEachFormatItsLength) {
  EXPECT_EQ(hex(altitude_reply(false, 0x1718, 0).span()).substr(0, 8), "20001718");
  EXPECT_EQ(identity_reply(true, 0, 0).length, 7);
  EXPECT_EQ(hex(identity_reply(true, 0x116D, 0).span()).substr(0, 8), "2900116d");
  EXPECT_EQ(comm_b_altitude(false, 0, Payload{}, 0).length, 14);
  EXPECT_EQ(long_air_air(false, 0, 0).length, 14);
  EXPECT_EQ(long_air_air(false, 0, 0).bytes[0] >> 3U, 16);
}

}  // namespace
}  // namespace airspool::radio::sim
