// SPDX-License-Identifier: Apache-2.0
#include "sim/cpr_encoder.h"

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "shared_data.h"

namespace airspool::radio::sim {
namespace {

TEST(CprEncoderTest, CountsZonesByLatitude) {
  EXPECT_EQ(longitude_zones(0.0), 59);
  EXPECT_EQ(longitude_zones(10.47047129), 59);
  EXPECT_EQ(longitude_zones(10.47047131), 58);
  EXPECT_EQ(longitude_zones(-48.0), longitude_zones(48.0));
  EXPECT_EQ(longitude_zones(52.2572), 36);
  EXPECT_EQ(longitude_zones(86.53536997), 3);
  EXPECT_EQ(longitude_zones(86.53536999), 2);
  EXPECT_EQ(longitude_zones(87.0), 2);
  EXPECT_EQ(longitude_zones(-89.0), 1);
}

TEST(CprEncoderTest, EncodesAPublishedPair) {
  const CprCode even = encode_cpr({52.2572021484375, 3.91937255859375}, false, CprKind::kAirborne);
  EXPECT_EQ(even.latitude, 93000U);
  EXPECT_EQ(even.longitude, 51372U);
  const CprCode odd = encode_cpr({52.26578017412606, 3.938912527901786}, true, CprKind::kAirborne);
  EXPECT_EQ(odd.latitude, 74158U);
  EXPECT_EQ(odd.longitude, 50194U);
}

TEST(CprEncoderTest, TakesAnglesOfAnyTurn) {
  const CprCode west = encode_cpr({-33.9, -70.8}, true, CprKind::kAirborne);
  const CprCode again = encode_cpr({-33.9, 289.2}, true, CprKind::kAirborne);
  EXPECT_EQ(west.latitude, again.latitude);
  EXPECT_EQ(west.longitude, again.longitude);
}

// Angles of the verified tables are 32-bit angular weighted binary.
double turns(const std::string& awb) { return static_cast<double>(std::stoul(awb, nullptr, 16)) * 0x1p-32; }

std::vector<std::string> columns(const std::string& line) {
  std::vector<std::string> result;
  std::istringstream stream(line);
  for (std::string column; std::getline(stream, column, ',');) result.push_back(column);
  return result;
}

struct Row {
  std::string latitude, longitude, yz, xz;
  bool odd;
};

// Checks every row that `pick` makes of the lines of a file.
template <typename Pick>
void check_file(const std::string& name, CprKind kind, Pick pick) {
  const auto path = test::shared_data("cpr/" + name);
  AIRSPOOL_REQUIRE_SHARED(path);
  std::ifstream file(path);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.empty()) continue;
    for (const Row& row : pick(columns(line))) {
      const CprCode code = encode_cpr_turns(turns(row.latitude), turns(row.longitude), row.odd, kind);
      EXPECT_EQ(code.latitude, std::stoul(row.yz, nullptr, 16)) << name << ": " << line;
      EXPECT_EQ(code.longitude, std::stoul(row.xz, nullptr, 16)) << name << ": " << line;
      ++rows;
    }
  }
  EXPECT_GT(rows, 50U);
}

std::vector<Row> encoding_row(const std::vector<std::string>& c) { return {{c[1], c[2], c[3], c[4], c[0] == "1"}}; }
std::vector<Row> global_row(const std::vector<std::string>& c) {
  return {{c[0], c[1], c[2], c[3], false}, {c[4], c[5], c[6], c[7], true}};
}
std::vector<Row> local_row(const std::vector<std::string>& c) { return {{c[2], c[3], c[5], c[6], c[4] == "1"}}; }

TEST(CprEncoderTest, MatchesTheVerifiedAirborneEncodings) {
  check_file("airborne/t6-3awb.csv", CprKind::kAirborne, encoding_row);
  check_file("airborne/t6-4awb.csv", CprKind::kAirborne, encoding_row);
}

TEST(CprEncoderTest, MatchesTheVerifiedSurfaceEncodings) {
  check_file("surface/t6-1awb.csv", CprKind::kSurface, encoding_row);
  check_file("surface/t6-2awb.csv", CprKind::kSurface, encoding_row);
}

TEST(CprEncoderTest, MatchesTheEncodingsBesideTheAirborneDecodings) {
  check_file("airborne/airborne_globally_decoded_positions_01.csv", CprKind::kAirborne, global_row);
  check_file("airborne/airborne_globally_decoded_gd_random_positions.csv", CprKind::kAirborne, global_row);
  check_file("airborne/airborne_locally_decoded_positions_01.csv", CprKind::kAirborne, local_row);
  check_file("airborne/airborne_locally_decoded_ld_random_positions.csv", CprKind::kAirborne, local_row);
}

TEST(CprEncoderTest, MatchesTheEncodingsBesideTheSurfaceDecodings) {
  check_file("surface/surface_globally_decoded_positions_01.csv", CprKind::kSurface, global_row);
  check_file("surface/surface_globally_decoded_gd_random_positions.csv", CprKind::kSurface, global_row);
  check_file("surface/surface_locally_decoded_positions_01.csv", CprKind::kSurface, local_row);
  check_file("surface/surface_locally_decoded_ld_random_positions.csv", CprKind::kSurface, local_row);
}

}  // namespace
}  // namespace airspool::radio::sim
