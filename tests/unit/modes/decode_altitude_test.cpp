// SPDX-License-Identifier: Apache-2.0
#include <bit>
#include <optional>

#include <gtest/gtest.h>

#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

namespace airspool::modes {
namespace {

using test::FrameBuilder;

std::optional<double> feet(std::optional<double> metres) {
  if (!metres) return std::nullopt;
  return *metres / 0.3048;
}

std::optional<double> altitude_ft(unsigned ac13, int df = 4) {
  const auto message = decode(FrameBuilder(df).set(20, 32, ac13).build());
  if (const auto* between_aircraft = std::get_if<AirAirReply>(&message->body)) {
    return feet(between_aircraft->baro_altitude_m);
  }
  return feet(std::get<AltitudeReply>(message->body).baro_altitude_m);
}

std::optional<double> squitter_altitude_ft(unsigned ac12) {
  const auto message = decode(FrameBuilder::squitter(11).me(9, 20, ac12).build());
  return feet(std::get<AirbornePosition>(message->body).baro_altitude_m);
}

// The AC field from the pulses of Mode C, as an altimeter encodes: D2 D4 A1 A2 A4 B1 B2 B4 count 500 ft in Gray code,
// C1 C2 C4 the 100 ft around each, mirrored in every second 500.
unsigned mode_c(int altitude_ft) {
  const int steps = (altitude_ft + 1200) / 100;
  const auto five_hundreds = static_cast<unsigned>(steps / 5);
  const auto within = static_cast<unsigned>(steps % 5);
  constexpr unsigned kC[] = {0b001, 0b011, 0b010, 0b110, 0b100};  // C1 C2 C4
  const unsigned c = kC[five_hundreds % 2 == 0 ? within : 4 - within];
  const unsigned gray = five_hundreds ^ five_hundreds >> 1U;
  const auto pulse = [](unsigned from, unsigned index) { return from >> index & 1U; };
  const unsigned d2 = pulse(gray, 7), d4 = pulse(gray, 6), a1 = pulse(gray, 5), a2 = pulse(gray, 4),
                 a4 = pulse(gray, 3);
  const unsigned b1 = pulse(gray, 2), b2 = pulse(gray, 1), b4 = pulse(gray, 0);
  const unsigned c1 = pulse(c, 2), c2 = pulse(c, 1), c4 = pulse(c, 0);
  return c1 << 12U | a1 << 11U | c2 << 10U | a2 << 9U | c4 << 8U | a4 << 7U | b1 << 5U | b2 << 3U | d2 << 2U |
         b4 << 1U | d4;
}

TEST(AltitudeCodeTest, ReadsEvery25FootStep) {
  for (unsigned n = 0; n < 2048; ++n) {
    const unsigned ac13 = (n & 0x7E0U) << 2U | (n & 0x10U) << 1U | 0x10U | (n & 0x0FU);
    const double expected = 25.0 * n - 1000.0;
    ASSERT_NEAR(*altitude_ft(ac13), expected, 1e-9);
    const unsigned ac12 = (n & 0x7F0U) << 1U | 0x10U | (n & 0x0FU);
    ASSERT_NEAR(*squitter_altitude_ft(ac12), expected, 1e-9);
  }
}

TEST(AltitudeCodeTest, ReadsEvery100FootStepOfModeC) {
  for (int expected = -1000; expected <= 126'700; expected += 100) {
    const unsigned ac13 = mode_c(expected);
    ASSERT_NEAR(altitude_ft(ac13).value_or(1e9), expected, 1e-9);
    ASSERT_NEAR(squitter_altitude_ft((ac13 & 0x1F80U) >> 1U | (ac13 & 0x3FU)).value_or(1e9), expected, 1e-9);
    // The point of the code: one pulse changes a step.
    const unsigned below = expected == -1000 ? mode_c(expected + 100) : mode_c(expected - 100);
    ASSERT_EQ(std::popcount(ac13 ^ below), 1) << expected;
  }
}

// Rows of the table in Annex 10 Vol IV, appendix to chapter 3.
TEST(AltitudeCodeTest, AgreesWithRowsOfThePublishedTable) {
  constexpr unsigned kC1 = 1U << 12U;
  constexpr unsigned kC2 = 1U << 10U;
  constexpr unsigned kC4 = 1U << 8U;
  constexpr unsigned kB4 = 1U << 1U;
  EXPECT_NEAR(*altitude_ft(kC2), -1000.0, 1e-9);
  EXPECT_NEAR(*altitude_ft(kC2 | kC1), -900.0, 1e-9);
  EXPECT_NEAR(*altitude_ft(kC1), -800.0, 1e-9);
  EXPECT_NEAR(*altitude_ft(kB4 | kC1), -700.0, 1e-9);
  EXPECT_NEAR(*altitude_ft(kB4 | kC4), -300.0, 1e-9);
}

TEST(AltitudeCodeTest, CountsEveryCodeOf100FeetOnce) {
  int legal = 0;
  for (unsigned code = 0; code < 8192; ++code) {
    if ((code & 0x50U) != 0) continue;  // M or Q
    if (altitude_ft(code)) ++legal;
  }
  EXPECT_EQ(legal, (126'700 + 1000) / 100 + 1);
}

TEST(AltitudeCodeTest, TakesAllZerosAsNotAvailable) {
  for (const int df : {0, 4, 16, 20}) EXPECT_FALSE(altitude_ft(0, df));
  EXPECT_FALSE(squitter_altitude_ft(0));
}

TEST(AltitudeCodeTest, TakesMetresAsNotAvailable) {
  for (unsigned code = 0; code < 8192; ++code) ASSERT_FALSE(altitude_ft(code | 0x40U)) << code;
}

TEST(AltitudeCodeTest, ReadsTheSameFieldInEveryReplyThatHasIt) {
  for (const int df : {0, 4, 16, 20}) EXPECT_NEAR(*altitude_ft(0x1838, df), 38'000.0, 1e-9) << df;
}

}  // namespace
}  // namespace airspool::modes
