// SPDX-License-Identifier: Apache-2.0
#include "pulse_shape.h"

#include <cmath>
#include <cstddef>
#include <numbers>

#include "sample_grid.h"

namespace airspool::modes {
namespace {

constexpr double kRiseTicks = 75e-9 * kTicksPerSecond;
constexpr double kFallTicks = 130e-9 * kTicksPerSecond;
constexpr double kReachSamples = 1.35;  // half the length of the low-pass

// A sinc under a Hamming window; `cutoff` in cycles a tick.
double low_pass(double tick, double cutoff, double reach) {
  if (std::abs(tick) >= reach) return 0.0;
  const double x = 2.0 * std::numbers::pi * cutoff * tick;
  const double sinc = std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x;
  return sinc * (0.54 + 0.46 * std::cos(std::numbers::pi * tick / reach));
}

double gain_at(double frequency, double cutoff, double reach) {
  constexpr int kPoints = 64;
  double gain = 0.0;
  double sum = 0.0;
  for (int k = -kPoints; k <= kPoints; ++k) {
    const double tick = reach * k / kPoints;
    const double value = low_pass(tick, cutoff, reach);
    gain += value * std::cos(2.0 * std::numbers::pi * frequency * tick);
    sum += value;
  }
  return gain / sum;
}

double cutoff_for(double minus_3_db, double reach) {
  double low = 0.2 * minus_3_db;
  double high = 3.0 * minus_3_db;
  for (int step = 0; step < 30; ++step) {
    const double middle = 0.5 * (low + high);
    (gain_at(minus_3_db, middle, reach) < std::sqrt(0.5) ? low : high) = middle;
  }
  return low;
}

}  // namespace

PulseShape::PulseShape(int ticks_per_sample) {
  const double reach = kReachSamples * ticks_per_sample;
  const double cutoff = cutoff_for(0.5 / ticks_per_sample, reach);
  constexpr double kStep = 1.0 / kSteps;
  constexpr auto kEntries = static_cast<std::size_t>((kLastTick - kFirstTick) * kSteps) + 2;
  // The low-pass, its integral (the answer to a step) and the integral of that (from which come those to ramps).
  std::vector<double> impulse(kEntries);
  double sum = 0.0;
  for (std::size_t n = 0; n < kEntries; ++n) {
    impulse[n] = low_pass(kFirstTick + static_cast<double>(n) * kStep, cutoff, reach);
    sum += impulse[n] * kStep;
  }
  std::vector<double> ramp(kEntries);
  double step = 0.0;
  double area = 0.0;
  for (std::size_t n = 0; n < kEntries; ++n) {
    impulse[n] /= sum;
    edge_.push_back(static_cast<float>(impulse[n]));
    ramp[n] = area;
    step += impulse[n] * kStep;
    area += step * kStep;
  }
  const auto ramp_at = [&](double tick) {
    const double place = (tick - kFirstTick) * kSteps;
    if (place <= 0.0) return 0.0;
    constexpr double kLast = kEntries - 1;
    if (place >= kLast) return ramp[kEntries - 1] + (place - kLast) * kStep;
    const auto index = static_cast<std::size_t>(place);
    return ramp[index] + (ramp[index + 1] - ramp[index]) * (place - static_cast<double>(index));
  };
  const auto edge_of = [&](double tick, double length) {
    return (ramp_at(tick + 0.5 * length) - ramp_at(tick - 0.5 * length)) / length;
  };
  for (std::size_t n = 0; n < kEntries; ++n) {
    const double tick = kFirstTick + static_cast<double>(n) * kStep;
    pulse_.push_back(static_cast<float>(edge_of(tick, kRiseTicks) - edge_of(tick - kHalfBitTicks, kFallTicks)));
  }
}

}  // namespace airspool::modes
