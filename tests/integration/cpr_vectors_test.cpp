// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/modes/cpr.h>

#include "fakes/cpr_encoder.h"
#include "shared_data.h"

// Every vector of the formally verified CPR benchmarks. Positions there are angular weighted binary (AWB): 2^32 units
// are a full circle, rounded to a whole unit, which is 8.4e-8 degrees or 9 mm. What they state is the exact value of
// the decoding formula, so the tolerance is the half unit that their rounding may have moved it and nothing for us: a
// double carries 1e-6 of a unit.
namespace airspool::modes {
namespace {

constexpr double kUnitsPerDegree = 4294967296.0 / 360.0;
constexpr double kTolerance = 0.5 + 1e-5;

using Row = std::vector<std::uint32_t>;

// All values are hexadecimal; flags are 0 or 1 in either base.
std::vector<Row> read_rows(const std::filesystem::path& path) {
  std::vector<Row> rows;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    Row row;
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) {
      row.push_back(static_cast<std::uint32_t>(std::stoul(cell, nullptr, 16)));
    }
    if (!row.empty()) rows.push_back(row);
  }
  return rows;
}

double signed_degrees(std::uint32_t awb) { return static_cast<std::int32_t>(awb) / kUnitsPerDegree; }

GeoPosition place(std::uint32_t latitude, std::uint32_t longitude) {
  return {signed_degrees(latitude), signed_degrees(longitude)};
}

// In AWB units, around the circle. `circle_deg` 90: the surface vectors leave the quarter open.
double distance_units(double degrees, std::uint32_t awb, double circle_deg = 360.0) {
  return std::abs(std::remainder(degrees - signed_degrees(awb), circle_deg)) * kUnitsPerDegree;
}

struct VectorFile {
  const char* name;
  CprKind kind;
};

void PrintTo(const VectorFile& file, std::ostream* out) { *out << file.name; }

std::string test_name(const testing::TestParamInfo<VectorFile>& info) {
  std::string name = info.param.name;
  for (char& character : name) {
    if (std::isalnum(static_cast<unsigned char>(character)) == 0) character = '_';
  }
  return name;
}

class CprVectorsTest : public testing::TestWithParam<VectorFile> {
 protected:
  void SetUp() override {
    const auto path = test::shared_data(std::string("cpr/") + GetParam().name);
    AIRSPOOL_REQUIRE_SHARED(path);
    rows_ = read_rows(path);
    ASSERT_GT(rows_.size(), 80U);
  }
  std::vector<Row> rows_;
};

// Columns: reference, position of the aircraft, format, YZ, XZ, recovered position.
class CprLocalVectorsTest : public CprVectorsTest {};

TEST_P(CprLocalVectorsTest, AreRecovered) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    ASSERT_EQ(row.size(), 9U);
    const auto found = cpr_local(GetParam().kind, {row[5], row[6], row[4] == 1}, place(row[0], row[1]));
    ASSERT_TRUE(found) << "row " << i + 1;
    EXPECT_LE(distance_units(found->latitude_deg, row[7]), kTolerance) << "row " << i + 1;
    EXPECT_LE(distance_units(found->longitude_deg, row[8]), kTolerance) << "row " << i + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, CprLocalVectorsTest,
    testing::Values(VectorFile{"airborne/airborne_locally_decoded_ld_random_positions.csv", CprKind::kAirborne},
                    VectorFile{"airborne/airborne_locally_decoded_positions_01.csv", CprKind::kAirborne},
                    VectorFile{"surface/surface_locally_decoded_ld_random_positions.csv", CprKind::kSurface},
                    VectorFile{"surface/surface_locally_decoded_positions_01.csv", CprKind::kSurface}),
    test_name);

// Columns: even position, YZ, XZ; odd position, YZ, XZ; valid; position recovered from the even and from the odd
// message. The surface files state the recovered position within a quarter of the circle; the receiver that tells which
// is taken to stand where the aircraft is.
class CprGlobalVectorsTest : public CprVectorsTest {};

TEST_P(CprGlobalVectorsTest, AreRecoveredOrRefused) {
  const bool surface = GetParam().kind == CprKind::kSurface;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    ASSERT_EQ(row.size(), 13U);
    for (const bool newest_is_odd : {false, true}) {
      const GeoPosition receiver = newest_is_odd ? place(row[4], row[5]) : place(row[0], row[1]);
      const auto found = cpr_global(GetParam().kind, {row[2], row[3], false}, {row[6], row[7], true}, newest_is_odd,
                                    surface ? std::optional(receiver) : std::nullopt);
      ASSERT_EQ(found.has_value(), row[8] == 1) << "row " << i + 1;
      if (!found) continue;
      const std::size_t expected = newest_is_odd ? 11 : 9;
      const double circle = surface ? 90.0 : 360.0;
      EXPECT_LE(distance_units(found->latitude_deg, row[expected], circle), kTolerance) << "row " << i + 1;
      EXPECT_LE(distance_units(found->longitude_deg, row[expected + 1], circle), kTolerance) << "row " << i + 1;
      // And it is where the aircraft was, quarter included. Half a step is 2.6 m at most places and 9.2 m where it is
      // coarsest: at 86.5 degrees, where odd messages have a single zone around the whole circle.
      EXPECT_LE(distance_m(*found, receiver), 10.0) << "row " << i + 1;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Files, CprGlobalVectorsTest,
    testing::Values(VectorFile{"airborne/airborne_globally_decoded_gd_random_positions.csv", CprKind::kAirborne},
                    VectorFile{"airborne/airborne_globally_decoded_positions_01.csv", CprKind::kAirborne},
                    VectorFile{"surface/surface_globally_decoded_gd_random_positions.csv", CprKind::kSurface},
                    VectorFile{"surface/surface_globally_decoded_positions_01.csv", CprKind::kSurface}),
    test_name);

// Columns: format, position, YZ, XZ.
class CprEncodingVectorsTest : public CprVectorsTest {};

TEST_P(CprEncodingVectorsTest, DecodeToWhereTheyWereEncoded) {
  const bool surface = GetParam().kind == CprKind::kSurface;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    ASSERT_EQ(row.size(), 5U);
    const bool odd = row[0] == 1;
    const GeoPosition aircraft = place(row[1], row[2]);
    const auto found = cpr_local(GetParam().kind, {row[3], row[4], odd}, aircraft);
    ASSERT_TRUE(found) << "row " << i + 1;
    // Encoding rounds to the nearest step.
    const double full = surface ? 90.0 : 360.0;
    const int zones = std::max(cpr_longitude_zones(found->latitude_deg) - (odd ? 1 : 0), 1);
    EXPECT_LE(std::abs(found->latitude_deg - aircraft.latitude_deg), full / (odd ? 59 : 60) / 131072 * 0.500001);
    EXPECT_LE(std::abs(std::remainder(found->longitude_deg - aircraft.longitude_deg, 360.0)),
              full / zones / 131072 * 0.500001)
        << "row " << i + 1;
  }
}

// The tests' own encoder is held against the same vectors, so that round trips over it prove something.
TEST_P(CprEncodingVectorsTest, ComeOutOfTheEncoderOfTheTests) {
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const Row& row = rows_[i];
    const CprPosition encoded = test::cpr_encode(GetParam().kind, place(row[1], row[2]), row[0] == 1);
    EXPECT_EQ(encoded.latitude, row[3]) << "row " << i + 1;
    EXPECT_EQ(encoded.longitude, row[4]) << "row " << i + 1;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, CprEncodingVectorsTest,
                         testing::Values(VectorFile{"surface/t6-1awb.csv", CprKind::kSurface},
                                         VectorFile{"surface/t6-2awb.csv", CprKind::kSurface},
                                         VectorFile{"airborne/t6-3awb.csv", CprKind::kAirborne},
                                         VectorFile{"airborne/t6-4awb.csv", CprKind::kAirborne}),
                         test_name);

}  // namespace
}  // namespace airspool::modes
