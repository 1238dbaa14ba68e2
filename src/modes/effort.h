// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/modes/demodulator.h>

#include "preamble.h"

namespace airspool::modes {

// What an effort means in numbers.
struct EffortLimits {
  PreambleTest preamble;
  float min_quality;      // of FirstLook
  float max_doubt_short;  // nats that the bits of a frame by power may leave open before its phase is looked at
  float max_doubt_long;
  bool coherent;  // look at the phase at all
  int passes;     // how often a stretch is searched, each time after what was found is taken out; 1: never taken out
};

EffortLimits limits_of(Effort effort);

}  // namespace airspool::modes
