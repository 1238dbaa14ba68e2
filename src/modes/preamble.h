// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "matched_filter.h"

namespace airspool::modes {

// A place where a frame may begin.
struct Candidate {
  std::size_t tick = 0;   // leading edge of the first pulse, counted from the first sample of the planes
  float strength = 0.0F;  // power of the four pulses, less a share of what lies between them
};

struct PreambleTest {
  float threshold = 7.0F;       // least strength, in units of the noise power
  float gap_weight = 0.25F;     // what the power in a gap takes off
  float largest_share = 0.55F;  // the largest pulse may have of the power of all four ...
  float largest_noise = 4.0F;   // ... and that much noise power
};

// Looks for the four pulses of the preamble (Annex 10 Vol IV 3.1.2.1.5.1.1: at 0, 1.0, 3.5 and 4.5 us) by soft
// correlation: no pulse has to pass a test alone, which is what loses weak frames.
class PreambleSearch {
 public:
  PreambleSearch(int ticks_per_sample, std::size_t max_samples);

  // Appends the candidates that begin at samples [first, last) of the planes, in order of time. `first` >= 1, and the
  // planes hold 24 samples beyond `last`.
  void find(const Planes& planes, std::size_t first, std::size_t last, const PreambleTest& test, float noise_power,
            std::vector<Candidate>& found);

 private:
  void correlate(const Planes& planes, int phase, std::size_t first, std::size_t count, float gap_weight);

  std::size_t stride_;
  std::vector<float> correlation_;  // phase-major
  std::vector<float> best_;         // the largest of all phases
};

}  // namespace airspool::modes
