// SPDX-License-Identifier: Apache-2.0
#include "sim/phase_noise.h"

#include <algorithm>
#include <cmath>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

constexpr double kStepUs = 0.25;

}  // namespace

void PhaseNoise::draw(Random& random, std::size_t pulses, double length_s) {
  drift_ = random.chance(0.5) ? drift_hz_per_us_ : -drift_hz_per_us_;
  const auto steps = static_cast<std::size_t>(length_s * 1e6 / kStepUs) + 2;
  const double step_rad = walk_rad_ * std::sqrt(kStepUs);
  walk_.assign(steps, 0.0);
  for (std::size_t n = 1; n < steps; ++n) walk_[n] = walk_[n - 1] + step_rad * random.normal();
  pulses_.resize(pulses);
  for (double& pulse : pulses_) pulse = jitter_rad_ * random.normal();
}

double PhaseNoise::at(double time_s) const {
  const double time_us = time_s * 1e6;
  const double place = std::clamp(time_us / kStepUs, 0.0, static_cast<double>(walk_.size() - 1));
  const std::size_t index = std::min(static_cast<std::size_t>(place), walk_.size() - 2);
  const double walked = walk_[index] + (walk_[index + 1] - walk_[index]) * (place - static_cast<double>(index));
  // A frequency that grows by d Hz each microsecond has turned by pi d t^2 1e-6 after t of them.
  return walked + kPi * drift_ * time_us * time_us * 1e-6;
}

}  // namespace airspool::radio::sim
