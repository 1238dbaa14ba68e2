// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sample_grid.h"

namespace airspool::modes {

// Pulse power at every tick, phase-major: plane p holds ticks p, p + P, p + 2P, ... so that one fixed tick offset is
// one contiguous run of memory for all start positions of a phase.
struct PowerPlanes {
  int phases = 0;
  std::size_t stride = 0;
  std::vector<float> values;

  [[nodiscard]] const float* plane(int phase) const { return values.data() + static_cast<std::size_t>(phase) * stride; }
  // Power of a pulse whose leading edge lies at this tick.
  [[nodiscard]] float at(std::size_t tick) const {
    const auto p = static_cast<std::size_t>(phases);
    return values[(tick % p) * stride + tick / p];
  }
};

// Complex correlation with a 0.5 us pulse as the receiver's filter rounds it, at each of the P ticks of a sample. The
// templates have unit energy: in noise every plane has the mean power of a noise sample.
class MatchedFilter {
 public:
  MatchedFilter(int ticks_per_sample, std::size_t max_samples);

  // I and Q without DC, at most `max_samples` of each; the last two outputs of every plane are not written.
  const PowerPlanes& run(std::span<const float> i, std::span<const float> q);

  [[nodiscard]] const PowerPlanes& planes() const { return planes_; }
  // What a pulse of amplitude 1 gives in the plane of a phase.
  [[nodiscard]] float gain(int phase) const { return gains_[static_cast<std::size_t>(phase)]; }

 private:
  static constexpr std::size_t kTaps = 3;
  std::array<std::array<float, kTaps>, kMaxPhases> taps_{};
  std::array<float, kMaxPhases> gains_{};
  PowerPlanes planes_;
};

}  // namespace airspool::modes
