// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <limits>
#include <numbers>
#include <random>

#include <gtest/gtest.h>

#include <airspool/modes/cpr.h>

#include "fakes/cpr_encoder.h"

namespace airspool::modes {
namespace {

using test::cpr_encode;
using test::longitude_zones_by_formula;

// A position is encoded to the nearest step, so it comes back within half a step of where the aircraft was.
double half_step_latitude_deg(CprKind kind) {
  return (kind == CprKind::kSurface ? 90.0 : 360.0) / 59.0 / 131072.0 / 2.0;
}
double half_step_longitude_deg(CprKind kind, double latitude_deg) {
  const int zones = std::max(longitude_zones_by_formula(latitude_deg) - 1, 1);
  return (kind == CprKind::kSurface ? 90.0 : 360.0) / zones / 131072.0 / 2.0;
}
double longitude_difference_deg(double a, double b) { return std::abs(std::remainder(a - b, 360.0)); }

// The latitude at which NL drops from `zones` to `zones - 1`.
double edge_below(int zones) {
  const double top = 1.0 - std::cos(std::numbers::pi / 30.0);
  const double bottom = 1.0 - std::cos(2.0 * std::numbers::pi / zones);
  return std::acos(std::sqrt(top / bottom)) * 180.0 / std::numbers::pi;
}

TEST(CprLongitudeZonesTest, FollowsTheFormulaOverAllLatitudes) {
  for (int i = 0; i <= 90'000; ++i) {
    const double latitude = i * 0.001;
    ASSERT_EQ(cpr_longitude_zones(latitude), longitude_zones_by_formula(latitude)) << latitude;
    ASSERT_EQ(cpr_longitude_zones(-latitude), cpr_longitude_zones(latitude)) << latitude;
  }
}

TEST(CprLongitudeZonesTest, ChangesAtEveryEdge) {
  for (int zones = 59; zones > 2; --zones) {
    const double edge = edge_below(zones);
    EXPECT_EQ(cpr_longitude_zones(edge - 1e-12), zones) << edge;
    EXPECT_EQ(cpr_longitude_zones(edge + 1e-12), zones - 1) << edge;
  }
}

TEST(CprLongitudeZonesTest, HasTheSpecialLatitudes) {
  EXPECT_EQ(cpr_longitude_zones(0.0), 59);
  EXPECT_EQ(cpr_longitude_zones(87.0), 2);
  EXPECT_EQ(cpr_longitude_zones(-87.0), 2);
  EXPECT_EQ(cpr_longitude_zones(std::nextafter(87.0, 90.0)), 1);
  EXPECT_EQ(cpr_longitude_zones(90.0), 1);
}

// Decoded latitudes lie on four grids. Doubles are safe because none of their points is near an edge, but the one that
// is the edge: 87 degrees, which both even grids hit and a double holds exactly.
TEST(CprLongitudeZonesTest, HasNoEncodableLatitudeWithinRoundingOfAnEdge) {
  for (const double full : {360.0, 90.0}) {
    for (const double rows : {60.0, 59.0}) {
      const double step = full / rows / 131072.0;
      for (int zones = 59; zones > 2; --zones) {
        const double edge = edge_below(zones);
        EXPECT_GT(std::abs(edge - std::round(edge / step) * step), 1e-9) << zones << ' ' << full << ' ' << rows;
      }
    }
  }
}

// "The 1090 Megahertz Riddle" (J. Sun, 2nd edition), airborne position: 8D40621D58C382D690C8AC2863A7 (even, newer) and
// 8D40621D58C386435CC412692AD6 (odd).
constexpr CprPosition kRiddleEven{93000, 51372, false};
constexpr CprPosition kRiddleOdd{74158, 50194, true};

TEST(CprGlobalTest, DecodesTheTextbookPair) {
  const auto position = cpr_global(CprKind::kAirborne, kRiddleEven, kRiddleOdd, false);
  ASSERT_TRUE(position);
  EXPECT_NEAR(position->latitude_deg, 52.25720, 5e-6);
  EXPECT_NEAR(position->longitude_deg, 3.91937, 5e-6);
}

TEST(CprGlobalTest, GivesThePositionOfTheNewerMessage) {
  const auto position = cpr_global(CprKind::kAirborne, kRiddleEven, kRiddleOdd, true);
  ASSERT_TRUE(position);
  EXPECT_NEAR(position->latitude_deg, 52.26578, 5e-6);
  EXPECT_NEAR(position->longitude_deg, 3.93891, 5e-6);
}

TEST(CprLocalTest, DecodesTheTextbookMessage) {
  const auto position = cpr_local(CprKind::kAirborne, kRiddleEven, {52.258, 3.918});
  ASSERT_TRUE(position);
  EXPECT_NEAR(position->latitude_deg, 52.25720, 5e-6);
  EXPECT_NEAR(position->longitude_deg, 3.91937, 5e-6);
}

// The same book, surface position: 8C4841753AAB238733C8CD4020B1 (even) and 8C4841753A8A35323FAEBDAC702D (odd, newer),
// receiver at 51.990 N 4.375 E.
TEST(CprGlobalTest, DecodesTheTextbookSurfacePairWithAReceiver) {
  const CprPosition even{115609, 116941, false};
  const CprPosition odd{39199, 110269, true};
  const auto position = cpr_global(CprKind::kSurface, even, odd, true, GeoPosition{51.990, 4.375});
  ASSERT_TRUE(position);
  EXPECT_NEAR(position->latitude_deg, 52.32061, 5e-6);
  EXPECT_NEAR(position->longitude_deg, 4.73473, 5e-6);
  EXPECT_FALSE(cpr_global(CprKind::kSurface, even, odd, true));
}

class CprRoundTripTest : public testing::TestWithParam<CprKind> {
 protected:
  std::mt19937 random_{20260607};
  std::uniform_real_distribution<double> latitude_{-89.99, 89.99};
  std::uniform_real_distribution<double> longitude_{-180.0, 180.0};
};

TEST_P(CprRoundTripTest, FindsAPairAgainUnlessItStraddlesAnEdge) {
  int found = 0;
  for (int i = 0; i < 50'000; ++i) {
    const GeoPosition place{latitude_(random_), longitude_(random_)};
    const GeoPosition reference{std::clamp(place.latitude_deg + 0.2, -90.0, 90.0), place.longitude_deg};
    const CprPosition even = cpr_encode(GetParam(), place, false);
    const CprPosition odd = cpr_encode(GetParam(), place, true);
    for (const bool newest_is_odd : {false, true}) {
      const auto position = cpr_global(GetParam(), even, odd, newest_is_odd, reference);
      if (!position) continue;
      ++found;
      ASSERT_LE(std::abs(position->latitude_deg - place.latitude_deg), half_step_latitude_deg(GetParam()) + 1e-12);
      ASSERT_LE(longitude_difference_deg(position->longitude_deg, place.longitude_deg),
                half_step_longitude_deg(GetParam(), place.latitude_deg) + 1e-9)
          << place.latitude_deg << ' ' << place.longitude_deg;
    }
  }
  // Only a place within a step of an edge may be refused.
  EXPECT_GT(found, 99'900);
}

TEST_P(CprRoundTripTest, FindsOneMessageAgainFromAnywhereWithinReach) {
  for (int i = 0; i < 50'000; ++i) {
    const GeoPosition place{latitude_(random_), longitude_(random_)};
    const double reach = GetParam() == CprKind::kSurface ? 0.7 : 2.9;  // of the 0.75 or 3 degrees of half a zone
    const double sideways = std::uniform_real_distribution<double>(-reach, reach)(random_);
    const GeoPosition reference{std::clamp(place.latitude_deg + sideways, -90.0, 90.0),
                                std::remainder(place.longitude_deg - sideways, 360.0)};
    const auto position = cpr_local(GetParam(), cpr_encode(GetParam(), place, i % 2 != 0), reference);
    ASSERT_TRUE(position);
    ASSERT_LE(std::abs(position->latitude_deg - place.latitude_deg), half_step_latitude_deg(GetParam()) + 1e-12);
    ASSERT_LE(longitude_difference_deg(position->longitude_deg, place.longitude_deg),
              half_step_longitude_deg(GetParam(), place.latitude_deg) + 1e-9)
        << place.latitude_deg << ' ' << place.longitude_deg;
    ASSERT_GE(position->longitude_deg, -180.0);
    ASSERT_LT(position->longitude_deg, 180.0);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, CprRoundTripTest, testing::Values(CprKind::kAirborne, CprKind::kSurface),
                         [](const auto& kind) { return kind.param == CprKind::kSurface ? "Surface" : "Airborne"; });

TEST(CprGlobalTest, RefusesAPairFromTwoLongitudeZones) {
  const double edge = edge_below(37);
  const CprPosition even = cpr_encode(CprKind::kAirborne, {edge - 0.001, 8.0}, false);
  const CprPosition odd = cpr_encode(CprKind::kAirborne, {edge + 0.001, 8.0}, true);
  EXPECT_FALSE(cpr_global(CprKind::kAirborne, even, odd, true));
  EXPECT_FALSE(cpr_global(CprKind::kAirborne, even, odd, false));
}

TEST(CprGlobalTest, RefusesAnImpossibleLatitude) {
  // Zone 30 of 60 starts at 180 degrees: no message of an aircraft, but the pair of two of them.
  const CprPosition even{0, 0, false};
  const CprPosition odd{65536, 0, true};
  EXPECT_FALSE(cpr_global(CprKind::kAirborne, even, odd, false));
  EXPECT_FALSE(cpr_global(CprKind::kAirborne, even, odd, true));
}

TEST(CprGlobalTest, FindsASurfacePairAcrossTheEquator) {
  const CprPosition even = cpr_encode(CprKind::kSurface, {-0.00004, 106.6}, false);
  const CprPosition odd = cpr_encode(CprKind::kSurface, {0.00004, 106.6}, true);
  for (const double receiver : {-0.3, 0.3}) {
    const auto south = cpr_global(CprKind::kSurface, even, odd, false, GeoPosition{receiver, 106.0});
    const auto north = cpr_global(CprKind::kSurface, even, odd, true, GeoPosition{receiver, 106.0});
    ASSERT_TRUE(south && north);
    EXPECT_NEAR(south->latitude_deg, -0.00004, 1e-5);
    EXPECT_NEAR(north->latitude_deg, 0.00004, 1e-5);
    EXPECT_NEAR(north->longitude_deg, 106.6, 1e-5);
  }
}

TEST(CprGlobalTest, CrossesTheAntimeridianOnTheSurface) {
  const GeoPosition place{-17.755, 179.9};
  const auto position = cpr_global(CprKind::kSurface, cpr_encode(CprKind::kSurface, place, false),
                                   cpr_encode(CprKind::kSurface, place, true), true, GeoPosition{-17.7, -179.9});
  ASSERT_TRUE(position);
  EXPECT_NEAR(position->longitude_deg, 179.9, 1e-5);
}

TEST(CprLocalTest, RefusesAReferenceThatIsNoPosition) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const GeoPosition reference :
       {GeoPosition{kNan, 0.0}, {0.0, kNan}, {kInfinite, 0.0}, {0.0, -kInfinite}, {91.0, 0.0}, {0.0, 181.0}}) {
    EXPECT_FALSE(cpr_local(CprKind::kAirborne, kRiddleEven, reference));
    EXPECT_FALSE(cpr_global(CprKind::kSurface, kRiddleEven, kRiddleOdd, true, reference));
  }
}

TEST(CprLocalTest, RefusesALatitudeBeyondThePole) {
  // A third of a zone beyond 90 degrees is nearer to the pole than two thirds short of it.
  EXPECT_FALSE(cpr_local(CprKind::kAirborne, {43690, 0, false}, {90.0, 0.0}));
}

TEST(CprLocalTest, TakesLowBitsOnly) {
  const CprPosition dirty{kRiddleEven.latitude | 0xFFFE0000U, kRiddleEven.longitude | 0x00020000U, false};
  EXPECT_EQ(cpr_local(CprKind::kAirborne, dirty, {52.0, 4.0}), cpr_local(CprKind::kAirborne, kRiddleEven, {52.0, 4.0}));
}

}  // namespace
}  // namespace airspool::modes
