// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>
#include <sysexits.h>

#include <airspool/core/decimal.h>
#include <airspool/core/geo.h>
#include <airspool/core/hex.h>
#include <airspool/core/icao24.h>
#include <airspool/core/result.h>

namespace airspool {
namespace {

std::string decimal(double value, int decimals) {
  std::string out;
  append_decimal(out, value, decimals);
  return out;
}

std::string shortest(double value) {
  std::string out;
  append_shortest(out, value);
  return out;
}

TEST(Icao24Test, PrintsSixLowerCaseDigits) { EXPECT_EQ(Icao24::icao(0x00ABCD).hex(), "00abcd"); }

TEST(Icao24Test, ParsesEitherCaseAndTheMarkOfAnotherKind) {
  EXPECT_EQ(Icao24::parse("4B1814"), Icao24::icao(0x4B1814));
  EXPECT_EQ(Icao24::parse("~4b1814"), Icao24::other(0x4B1814));
}

TEST(Icao24Test, RefusesWhatIsNotSixDigits) {
  for (const char* text : {"", "4b181", "4b18145", "4b181g", "~", "~~4b181", "0x4b18"}) {
    EXPECT_FALSE(Icao24::parse(text)) << text;
  }
}

TEST(Icao24Test, KeepsTheKindsApart) {
  EXPECT_NE(Icao24::icao(0x123456), Icao24::other(0x123456));
  EXPECT_NE(Icao24::icao(0x123456).key(), Icao24::other(0x123456).key());
}

TEST(Icao24Test, DropsBitsAboveThe24th) { EXPECT_EQ(Icao24::icao(0xFF123456), Icao24::icao(0x123456)); }

TEST(HexTest, RoundTrips) {
  std::array<std::uint8_t, 3> bytes{};
  ASSERT_EQ(parse_hex("8D4b1f", bytes), 3U);
  std::string text;
  append_hex(text, bytes);
  EXPECT_EQ(text, "8d4b1f");
}

TEST(HexTest, RefusesOddLengthForeignLettersAndTooMuch) {
  std::array<std::uint8_t, 2> bytes{};
  EXPECT_FALSE(parse_hex("abc", bytes));
  EXPECT_FALSE(parse_hex("zz", bytes));
  EXPECT_FALSE(parse_hex("aabbcc", bytes));
  EXPECT_EQ(parse_hex("", bytes), 0U);
}

TEST(DecimalTest, DropsTrailingZerosAndNeverPrintsAnExponent) {
  EXPECT_EQ(decimal(10668.0, 2), "10668");
  EXPECT_EQ(decimal(1.5, 2), "1.5");
  EXPECT_EQ(decimal(1e-7, 5), "0");
  EXPECT_EQ(decimal(1e22, 2), "10000000000000000000000");
}

TEST(DecimalTest, RoundsAndHasNoNegativeZero) {
  EXPECT_EQ(decimal(47.123456, 5), "47.12346");
  EXPECT_EQ(decimal(-0.001, 2), "0");
}

TEST(DecimalTest, PrintsNullForWhatIsNotANumber) {
  EXPECT_EQ(decimal(std::nan(""), 2), "null");
  EXPECT_EQ(shortest(std::numeric_limits<double>::infinity()), "null");
}

TEST(DecimalTest, ShortestReadsBackExactly) {
  EXPECT_EQ(shortest(0.1), "0.1");
  EXPECT_EQ(shortest(-8.5500), "-8.55");
  EXPECT_EQ(shortest(1e-5), "0.00001");
  EXPECT_EQ(shortest(-0.0), "0");
}

TEST(GeoTest, OneDegreeOfLatitudeIsAbout111Kilometres) {
  EXPECT_NEAR(distance_m({47.0, 8.0}, {48.0, 8.0}), 111'195.0, 1.0);
}

TEST(GeoTest, CrossesTheAntimeridianTheShortWay) {
  EXPECT_NEAR(distance_m({0.0, 179.5}, {0.0, -179.5}), 111'195.0, 1.0);
}

TEST(GeoTest, AntipodesAreHalfTheWorldApart) {
  EXPECT_NEAR(distance_m({10.0, 20.0}, {-10.0, -160.0}), 20'015'115.0, 1.0);
}

TEST(ResultTest, ErrorsHaveTheirSysexitsStatus) {
  EXPECT_EQ(exit_status(ErrorCode::kConfig), EX_CONFIG);
  EXPECT_EQ(exit_status(ErrorCode::kUsage), EX_USAGE);
  EXPECT_EQ(exit_status(ErrorCode::kNotFound), EX_NOINPUT);
  EXPECT_EQ(exit_status(ErrorCode::kInternal), EX_SOFTWARE);
}

}  // namespace
}  // namespace airspool
