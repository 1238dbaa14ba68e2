// SPDX-License-Identifier: Apache-2.0
#include "sim/phase_noise.h"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "sim/exact_math.h"
#include "sim/modulator.h"

namespace airspool::radio::sim {
namespace {

SimSettings straying(double drift_hz_per_us, double walk_rad, double jitter_rad) {
  SimSettings settings;
  settings.carrier_drift_hz_per_us = drift_hz_per_us;
  settings.phase_walk_rad = walk_rad;
  settings.phase_jitter_rad = jitter_rad;
  return settings;
}

// Root mean square of what `value` gives for 1000 transmissions.
template <typename Value>
double rms(const SimSettings& settings, Value value) {
  constexpr int kDraws = 1000;
  PhaseNoise noise(settings);
  Random random(1, 4);
  double squares = 0.0;
  for (int n = 0; n < kDraws; ++n) {
    noise.draw(random, 40, 120e-6);
    squares += value(noise) * value(noise);
  }
  return std::sqrt(squares / kDraws);
}

TEST(PhaseNoiseTest, AnOrdinarySkyHasNone) {
  EXPECT_TRUE(PhaseNoise(SimSettings{}).is_silent());
  EXPECT_FALSE(PhaseNoise(straying(1.0, 0.0, 0.0)).is_silent());
  EXPECT_FALSE(PhaseNoise(straying(0.0, 0.1, 0.0)).is_silent());
  EXPECT_FALSE(PhaseNoise(straying(0.0, 0.0, 0.1)).is_silent());
}

TEST(PhaseNoiseTest, ADriftingCarrierIsFartherOffByTheMicrosecondUpOrDown) {
  PhaseNoise noise(straying(200.0, 0.0, 0.0));
  Random random(1, 4);
  int up = 0;
  for (int n = 0; n < 50; ++n) {
    noise.draw(random, 10, 120e-6);
    const double sign = noise.at(100e-6) > 0.0 ? 1.0 : -1.0;
    up += sign > 0.0 ? 1 : 0;
    for (const double time_us : {10.0, 60.0, 119.0}) {
      const double hz = (noise.at(time_us * 1e-6 + 1e-9) - noise.at(time_us * 1e-6 - 1e-9)) / 2e-9 / (2.0 * kPi);
      EXPECT_NEAR(hz, sign * 200.0 * time_us, 1.0);
    }
    EXPECT_EQ(noise.of_pulse(3), 0.0);
  }
  EXPECT_GT(up, 10);
  EXPECT_LT(up, 40);
}

TEST(PhaseNoiseTest, AWalkGrowsWithTheRootOfTime) {
  const SimSettings settings = straying(0.0, 0.1, 0.0);
  EXPECT_EQ(rms(settings, [](const PhaseNoise& noise) { return noise.at(-1e-6); }), 0.0);
  EXPECT_NEAR(rms(settings, [](const PhaseNoise& noise) { return noise.at(1e-6); }), 0.1, 0.01);
  EXPECT_NEAR(rms(settings, [](const PhaseNoise& noise) { return noise.at(100e-6); }), 1.0, 0.1);
  EXPECT_NEAR(rms(settings, [](const PhaseNoise& noise) { return noise.at(51e-6) - noise.at(50e-6); }), 0.1, 0.01);
}

TEST(PhaseNoiseTest, EachPulseHasAPhaseOfItsOwn) {
  const SimSettings settings = straying(0.0, 0.0, 0.3);
  EXPECT_NEAR(rms(settings, [](const PhaseNoise& noise) { return noise.of_pulse(0); }), 0.3, 0.03);
  EXPECT_NEAR(rms(settings, [](const PhaseNoise& noise) { return noise.of_pulse(7) - noise.of_pulse(8); }),
              0.3 * std::sqrt(2.0), 0.04);
  EXPECT_EQ(rms(settings, [](const PhaseNoise& noise) { return noise.at(60e-6); }), 0.0);
}

TEST(PhaseNoiseTest, IsWhatTheModulatorPutsOnTheAir) {
  constexpr double kRate = 2.4e6;
  PhaseNoise noise(straying(500.0, 0.05, 0.5));
  Random random(1, 4);
  std::vector<PulseRun> runs;
  for (int n = 0; n < 20; ++n) runs.push_back({n * 5e-6, n * 5e-6 + 2e-6});
  noise.draw(random, runs.size(), 100e-6);
  std::vector<float> i(300, 0.0F), q(300, 0.0F);
  Modulator(kRate).add(0.0, runs, {1.0, 0.4, 30e3, &noise}, 0, i, q);
  for (std::size_t n = 0; n < runs.size(); ++n) {
    const auto sample = static_cast<std::size_t>((runs[n].on_s + 1e-6) * kRate + 0.5);
    const double time_s = static_cast<double>(sample) / kRate;
    const double expected = 0.4 + 2.0 * kPi * 30e3 * time_s + noise.at(time_s) + noise.of_pulse(n);
    EXPECT_NEAR(std::remainder(std::atan2(q[sample], i[sample]) - expected, 2.0 * kPi), 0.0, 0.01) << n;
    EXPECT_NEAR(std::hypot(i[sample], q[sample]), 1.0, 0.02) << n;
  }
}

}  // namespace
}  // namespace airspool::radio::sim
