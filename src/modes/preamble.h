// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "matched_filter.h"

namespace airspool::modes {

// A place where a frame may begin.
struct Candidate {
  std::size_t tick = 0;   // leading edge of the first pulse, counted from the first sample of the planes
  float strength = 0.0F;  // power of the four pulses, less what lies between them
};

// Looks for the four pulses of the preamble (Annex 10 Vol IV 3.1.2.2.3.1: at 0, 1.0, 3.5 and 4.5 us) by soft
// correlation: no pulse has to pass a test alone, which is what loses weak frames.
class PreambleSearch {
 public:
  PreambleSearch(int ticks_per_sample, std::size_t max_starts);

  // Candidates that begin at samples [first, last) of the planes, in order of time. `first` >= 1, and the planes hold
  // 20 samples beyond `last`. The result lives until the next call.
  std::span<const Candidate> find(const PowerPlanes& planes, std::size_t first, std::size_t last, float noise_power);

 private:
  void correlate(const PowerPlanes& planes, int phase, std::size_t first, std::size_t count);

  std::size_t max_starts_;
  std::vector<float> correlation_;  // phase-major, one row of max_starts + 2 a phase
  std::vector<float> best_;         // the largest of all phases
  std::vector<Candidate> found_;
};

}  // namespace airspool::modes
