// SPDX-License-Identifier: Apache-2.0
#include "sim/altitude_code.h"

#include <bit>
#include <set>

#include <gtest/gtest.h>

namespace airspool::radio::sim {
namespace {

TEST(AltitudeCodeTest, EncodesSteps25Feet) {
  EXPECT_EQ(altitude_code_13(36000.0, AltitudeEncoder::k25Feet), 0x1718);  // DF4 20001718029FCD
  EXPECT_EQ(altitude_code_12(38000.0, AltitudeEncoder::k25Feet), 0xC38);   // DF17 8D40621D58C382D690C8AC2863A7
  EXPECT_EQ(altitude_code_13(-2000.0, AltitudeEncoder::k25Feet), altitude_code_13(-1000.0, AltitudeEncoder::k25Feet));
}

// Rows of the table in the appendix to Annex 10 Vol IV chapter 3: which pulses are sent.
TEST(AltitudeCodeTest, EncodesRowsOfTheGillhamTable) {
  constexpr unsigned kC1 = 1U << 12U, kA1 = 1U << 11U, kC2 = 1U << 10U, kC4 = 1U << 8U, kA4 = 1U << 7U, kB1 = 1U << 5U,
                     kB2 = 1U << 3U, kB4 = 1U << 1U, kA2 = 1U << 9U, kD4 = 1U;
  const auto code = [](double feet) { return altitude_code_13(feet, AltitudeEncoder::kGillham); };
  EXPECT_EQ(code(-1200.0), kC4);
  EXPECT_EQ(code(-1000.0), kC2);
  EXPECT_EQ(code(-800.0), kC1);
  EXPECT_EQ(code(-700.0), kB4 | kC1);
  EXPECT_EQ(code(0.0), kB2 | kB4 | kC2);
  EXPECT_EQ(code(1000.0), kB1 | kB2 | kC2);
  EXPECT_EQ(code(30800.0), kD4 | kA1 | kC4);
  EXPECT_EQ(code(30700.0) & (kA1 | kD4), kA1);
  EXPECT_EQ(code(6800.0) & (kA2 | kA4), kA2 | kA4);
}

TEST(AltitudeCodeTest, ChangesOnePulseFromOneGillhamStepToTheNext) {
  std::set<std::uint16_t> codes;
  for (int hundreds = -12; hundreds < 1262; ++hundreds) {
    const std::uint16_t here = altitude_code_13(hundreds * 100.0, AltitudeEncoder::kGillham);
    const std::uint16_t above = altitude_code_13(hundreds * 100.0 + 100.0, AltitudeEncoder::kGillham);
    EXPECT_EQ(std::popcount(static_cast<unsigned>(here ^ above)), 1) << hundreds;
    EXPECT_EQ(here & 0x50U, 0U) << "M and Q stay clear";
    codes.insert(here);
  }
  EXPECT_EQ(codes.size(), 1274U);
}

TEST(AltitudeCodeTest, LeavesTheMBitOutOfSquitters) {
  for (int feet = -1000; feet < 50000; feet += 25) {
    const unsigned long_code = altitude_code_13(feet, AltitudeEncoder::k25Feet);
    const unsigned short_code = altitude_code_12(feet, AltitudeEncoder::k25Feet);
    EXPECT_EQ(long_code, (short_code & 0xFC0U) << 1U | (short_code & 0x3FU));
  }
}

TEST(AltitudeCodeTest, EncodesSquawks) {
  EXPECT_EQ(identity_code(00356), 0x112D);  // DF5 2A00516D492B80, which has the unused bit set
  EXPECT_EQ(identity_code(00000), 0x0000);
  EXPECT_EQ(identity_code(07777), 0x1FBF);
}

}  // namespace
}  // namespace airspool::radio::sim
