// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "pulse_shape.h"
#include "sample_grid.h"

namespace airspool::modes {

// What the matched filter gives at every tick, phase-major: plane p holds ticks p, p + P, p + 2P, ... so that one fixed
// tick offset is one contiguous run of memory for all start positions of a phase.
struct Planes {
  int phases = 0;
  std::size_t stride = 0;
  std::vector<float> i, q, power;  // the complex correlation and its squared magnitude

  [[nodiscard]] const float* power_plane(int phase) const {
    return power.data() + static_cast<std::size_t>(phase) * stride;
  }
  // Where the value of a tick lies.
  [[nodiscard]] std::size_t index(std::size_t tick) const {
    const auto p = static_cast<std::size_t>(phases);
    return (tick % p) * stride + tick / p;
  }
  // Power of a pulse whose leading edge lies at this tick.
  [[nodiscard]] float power_at(std::size_t tick) const { return power[index(tick)]; }
};

// Complex correlation with a 0.5 us pulse as the receiver rounds it, at each of the P ticks of a sample. The templates
// have unit energy: in noise every plane has the mean power of a noise sample.
class MatchedFilter {
 public:
  MatchedFilter(const PulseShape& shape, int ticks_per_sample, std::size_t max_samples);

  // Computes the outputs for samples [first, last) of I and Q without DC; reads two samples beyond.
  void run(const float* i, const float* q, std::size_t first, std::size_t last);

  [[nodiscard]] const Planes& planes() const { return planes_; }
  // Energy of a pulse of amplitude 1 in the samples, when its leading edge lies at this phase: the plane's output for
  // it is the root of that.
  [[nodiscard]] float energy(int phase) const { return energies_[static_cast<std::size_t>(phase)]; }
  // The same product for two pulses, the second of which follows after a half-bit.
  [[nodiscard]] float overlap(int phase) const { return overlaps_[static_cast<std::size_t>(phase)]; }

 private:
  static constexpr std::size_t kTaps = 3;
  std::array<std::array<float, kTaps>, kMaxPhases> taps_{};
  std::array<float, kMaxPhases> energies_{};
  std::array<float, kMaxPhases> overlaps_{};
  Planes planes_;
};

}  // namespace airspool::modes
