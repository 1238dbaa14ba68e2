// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace airspool::radio::sim {

// Functions built from + - * / and sqrt alone, whose results IEEE 754 fixes to the last bit. The library's sin, exp and
// log may differ in the last bit between machines, and then the same seed would not give the same bytes everywhere.
// Accurate to about 1e-14 in the ranges that the simulator uses.

inline constexpr double kPi = 3.14159265358979323846;
inline constexpr double kDegree = kPi / 180.0;

double sine(double radians);
double cosine(double radians);
double exponential(double x);
double natural_log(double x);  // x > 0

// 10^(db / 20): an amplitude from decibels.
double amplitude_of_db(double db);

}  // namespace airspool::radio::sim
