// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include <airspool/radio/sim_settings.h>

#include "sim/random.h"

namespace airspool::radio::sim {

// How the phase of one transmission strays from that of a pure line: a steady drift of the frequency, a random walk,
// and for each pulse something of its own, as transmitters have that are keyed hard. Owned by the simulator; draw()
// for each transmission anew.
class PhaseNoise {
 public:
  explicit PhaseNoise(const SimSettings& settings)
      : drift_hz_per_us_(settings.carrier_drift_hz_per_us),
        walk_rad_(settings.phase_walk_rad),
        jitter_rad_(settings.phase_jitter_rad) {}

  [[nodiscard]] bool is_silent() const { return drift_hz_per_us_ == 0.0 && walk_rad_ == 0.0 && jitter_rad_ == 0.0; }

  // For a transmission of so many pulses that ends `length_s` after its first edge.
  void draw(Random& random, std::size_t pulses, double length_s);

  // Radians at a time after the first edge, without the pulses' own; before it and after the end the walk stands still.
  [[nodiscard]] double at(double time_s) const;
  [[nodiscard]] double of_pulse(std::size_t pulse) const { return pulses_[pulse]; }

 private:
  const double drift_hz_per_us_;
  const double walk_rad_;
  const double jitter_rad_;
  double drift_ = 0.0;        // Hz/us of this one
  std::vector<double> walk_;  // in steps of a quarter of a microsecond
  std::vector<double> pulses_;
};

}  // namespace airspool::radio::sim
