// SPDX-License-Identifier: Apache-2.0
#include "sim/exact_math.h"

#include <cmath>

#include <gtest/gtest.h>

namespace airspool::radio::sim {
namespace {

TEST(ExactMathTest, AgreesWithTheLibrary) {
  for (double x = -50.0; x <= 50.0; x += 0.0137) {
    EXPECT_NEAR(sine(x), std::sin(x), 1e-13) << x;
    EXPECT_NEAR(cosine(x), std::cos(x), 1e-13) << x;
    EXPECT_NEAR(exponential(x) / std::exp(x), 1.0, 1e-13) << x;
    EXPECT_NEAR(natural_log(std::exp(x)), x, 1e-13 * (1.0 + std::fabs(x))) << x;
  }
}

TEST(ExactMathTest, TurnsDecibelsIntoAmplitudes) {
  EXPECT_NEAR(amplitude_of_db(20.0), 10.0, 1e-12);
  EXPECT_NEAR(amplitude_of_db(-6.0), 0.501187, 1e-6);
}

}  // namespace
}  // namespace airspool::radio::sim
