// SPDX-License-Identifier: Apache-2.0
#include "declination.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace airspool::sky {
namespace {

constexpr std::size_t kDegree = 12;

struct Coefficient {
  double g, h;  // nT, Schmidt semi-normalised
};

// World Magnetic Model 2025 (NOAA NCEI and British Geological Survey, public domain): main field and two and a half
// years of its change. n = 1..12, m = 0..n.
// clang-format off
constexpr std::array<Coefficient, 90> kCoefficients{{
    {-29321.8, 0.0}, {-1386.5, 4491.6}, {-2585.6, 0.0}, {2938.1, -3202.8}, {1629.3, -845.4}, {1357.8, 0.0},
    {-2414.6, -46.6}, {1244.8, 236.8}, {414.6, -559.8}, {891.0, 0.0}, {793.5, 275.9}, {40.7, -123.7},
    {-267.1, 216.0}, {-5.4, -386.6}, {-231.7, 0.0}, {372.4, 44.1}, {187.2, 225.7}, {-137.2, -121.9},
    {-136.5, 47.2}, {23.1, 110.8}, {63.9, 0.0}, {62.8, -17.6}, {79.2, 12.8}, {-112.7, 47.8}, {-43.1, -57.5},
    {15.7, 12.7}, {-58.5, 75.0}, {79.5, 0.0}, {-77.2, -47.4}, {-9.1, -13.2}, {60.5, -3.0}, {15.6, 23.4},
    {0.5, -9.9}, {-13.1, -23.6}, {16.2, -2.8}, {22.9, 0.0}, {11.3, 6.6}, {-17.5, -11.3}, {3.2, 10.4},
    {-21.9, -8.7}, {17.6, 11.4}, {15.5, -0.8}, {-16.8, -4.5}, {1.4, 4.4}, {4.6, 0.0}, {7.5, -25.6}, {3.2, 12.9},
    {0.6, 7.6}, {-3.2, -2.5}, {-13.1, -4.7}, {3.1, 7.0}, {8.3, -1.1}, {-8.4, 1.8}, {-13.2, 10.2}, {-1.1, 0.0},
    {-6.4, 3.3}, {0.5, 0.0}, {2.2, 1.9}, {-1.0, 5.5}, {-1.4, -9.3}, {-0.9, 0.7}, {1.2, -4.2}, {0.7, -4.0},
    {-2.7, 1.4}, {-3.9, -9.1}, {2.9, 0.0}, {-1.5, 0.0}, {-2.5, 3.1}, {2.4, -0.6}, {-0.6, 0.5}, {-0.3, 0.5},
    {-0.6, -0.3}, {-0.1, -0.9}, {0.9, -1.7}, {-1.2, -2.9}, {-0.5, -1.8}, {2.4, -2.3}, {-2.0, 0.0}, {-0.2, -1.3},
    {0.3, 0.7}, {1.2, 0.8}, {-1.3, -1.1}, {0.6, 0.0}, {0.8, 0.6}, {0.5, -0.1}, {-0.1, 0.8}, {-0.4, 0.1},
    {-0.5, -1.0}, {-1.3, 0.1}, {-0.9, 0.0},
}};
// clang-format on

constexpr double kRadians = std::numbers::pi / 180.0;
constexpr double kFlattening = 1.0 / 298.257223563;

// Schmidt's functions of the colatitude and their derivatives, column by column.
struct Legendre {
  std::array<std::array<double, kDegree + 1>, kDegree + 1> value{};
  std::array<std::array<double, kDegree + 1>, kDegree + 1> slope{};

  Legendre(double cosine, double sine) {
    value[0][0] = 1.0;
    for (std::size_t n = 1; n <= kDegree; ++n) {
      const auto order = static_cast<double>(n);
      const double diagonal = n == 1 ? 1.0 : std::sqrt((2.0 * order - 1.0) / (2.0 * order));
      value[n][n] = diagonal * sine * value[n - 1][n - 1];
      slope[n][n] = diagonal * (sine * slope[n - 1][n - 1] + cosine * value[n - 1][n - 1]);
      for (std::size_t m = 0; m < n; ++m) {
        const auto column = static_cast<double>(m);
        const double scale = std::sqrt(order * order - column * column);
        const double before = n < 2 || m > n - 2 ? 0.0 : std::sqrt((order - 1.0) * (order - 1.0) - column * column);
        const double two_before = n < 2 ? 0.0 : value[n - 2][m];
        const double slope_two_before = n < 2 ? 0.0 : slope[n - 2][m];
        value[n][m] = ((2.0 * order - 1.0) * cosine * value[n - 1][m] - before * two_before) / scale;
        slope[n][m] =
            ((2.0 * order - 1.0) * (cosine * slope[n - 1][m] - sine * value[n - 1][m]) - before * slope_two_before) /
            scale;
      }
    }
  }
};

}  // namespace

double magnetic_declination_deg(GeoPosition place) {
  // At a pole every direction is south; a little beside it is as good.
  constexpr double kBesidePoleDeg = 89.99;
  const double geodetic = std::min(std::max(place.latitude_deg, -kBesidePoleDeg), kBesidePoleDeg) * kRadians;
  const double geocentric = std::atan((1.0 - kFlattening) * (1.0 - kFlattening) * std::tan(geodetic));
  const double longitude = place.longitude_deg * kRadians;
  const double cosine = std::sin(geocentric);  // of the colatitude
  const double sine = std::cos(geocentric);
  const Legendre legendre(cosine, sine);
  double north = 0.0;
  double east = 0.0;
  double down = 0.0;
  std::size_t at = 0;
  for (std::size_t n = 1; n <= kDegree; ++n) {
    for (std::size_t m = 0; m <= n; ++m, ++at) {
      const auto [g, h] = kCoefficients.at(at);
      const double angle = static_cast<double>(m) * longitude;
      const double c = std::cos(angle);
      const double s = std::sin(angle);
      north += (g * c + h * s) * legendre.slope[n][m];
      east += static_cast<double>(m) * (g * s - h * c) * legendre.value[n][m] / sine;
      down -= static_cast<double>(n + 1) * (g * c + h * s) * legendre.value[n][m];
    }
  }
  // From the sphere's north to the ellipsoid's.
  const double tilt = geocentric - geodetic;
  return std::atan2(east, north * std::cos(tilt) - down * std::sin(tilt)) / kRadians;
}

}  // namespace airspool::sky
