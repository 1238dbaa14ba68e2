// SPDX-License-Identifier: Apache-2.0
#include "declination.h"

#include <cmath>

#include <gtest/gtest.h>

namespace airspool::sky {
namespace {

// Values of the World Magnetic Model 2025 for 2027.5, 10 km up, from another implementation of it (pygeomag 1.1).
TEST(DeclinationTest, IsThatOfTheWorldMagneticModel) {
  EXPECT_NEAR(magnetic_declination_deg({47.4, 8.5}), 3.70, 0.1);
  EXPECT_NEAR(magnetic_declination_deg({40.6, -73.8}), -12.48, 0.1);
  EXPECT_NEAR(magnetic_declination_deg({-33.9, 151.2}), 12.84, 0.1);
  EXPECT_NEAR(magnetic_declination_deg({64.1, -21.9}), -10.77, 0.1);
  EXPECT_NEAR(magnetic_declination_deg({-54.8, -68.3}), 11.54, 0.1);
  EXPECT_NEAR(magnetic_declination_deg({1.4, 104.0}), 0.25, 0.1);
}

TEST(DeclinationTest, IsANumberEverywhere) {
  for (const double latitude : {-90.0, -89.999, 0.0, 90.0}) {
    for (const double longitude : {-180.0, 0.0, 179.999}) {
      EXPECT_LE(std::abs(magnetic_declination_deg({latitude, longitude})), 180.0);
    }
  }
}

}  // namespace
}  // namespace airspool::sky
