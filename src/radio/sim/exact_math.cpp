// SPDX-License-Identifier: Apache-2.0
#include "sim/exact_math.h"

#include <cmath>

namespace airspool::radio::sim {
namespace {

constexpr double kLn2 = 0.69314718055994530942;
constexpr double kLn10 = 2.30258509299404568402;

// Maclaurin series, for |x| <= pi/4.
double sine_near_zero(double x) {
  const double square = x * x;
  double term = x;
  double sum = x;
  for (int n = 2; n <= 18; n += 2) {
    term = -term * square / static_cast<double>(n * (n + 1));
    sum += term;
  }
  return sum;
}

double cosine_near_zero(double x) {
  const double square = x * x;
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; n <= 19; n += 2) {
    term = -term * square / static_cast<double>(n * (n + 1));
    sum += term;
  }
  return sum;
}

}  // namespace

double sine(double radians) {
  const double quarters = std::floor(radians / (kPi / 2.0) + 0.5);
  const double rest = radians - quarters * (kPi / 2.0);
  switch (static_cast<int>(quarters - 4.0 * std::floor(quarters / 4.0))) {
    case 0:
      return sine_near_zero(rest);
    case 1:
      return cosine_near_zero(rest);
    case 2:
      return -sine_near_zero(rest);
    default:
      return -cosine_near_zero(rest);
  }
}

double cosine(double radians) { return sine(radians + kPi / 2.0); }

double exponential(double x) {
  const double twos = std::floor(x / kLn2 + 0.5);
  const double rest = x - twos * kLn2;
  double term = 1.0;
  double sum = 1.0;
  for (int n = 1; n <= 16; ++n) {
    term = term * rest / static_cast<double>(n);
    sum += term;
  }
  return std::ldexp(sum, static_cast<int>(twos));  // exact: only the exponent changes
}

double natural_log(double x) {
  int exponent = 0;
  double mantissa = std::frexp(x, &exponent);  // exact; 0.5 <= mantissa < 1
  if (mantissa < 0.70710678) {
    mantissa *= 2.0;
    --exponent;
  }
  // ln m = 2 artanh((m - 1) / (m + 1))
  const double z = (mantissa - 1.0) / (mantissa + 1.0);
  const double square = z * z;
  double power = z;
  double sum = z;
  for (int n = 3; n <= 25; n += 2) {
    power *= square;
    sum += power / static_cast<double>(n);
  }
  return 2.0 * sum + static_cast<double>(exponent) * kLn2;
}

double amplitude_of_db(double db) { return exponential(db * kLn10 / 20.0); }

}  // namespace airspool::radio::sim
