// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/core/statistics.h>
#include <airspool/modes/frame.h>

namespace airspool::feed {

// The radio of this machine, among the sources of frames; connections have the numbers from 1 on.
inline constexpr unsigned kOwnRadio = 0;

// A frame that another receiver heard, checked. `time` is when it was received, as far as that can be told from when it
// came (stamp_clock.h).
struct HeardFrame {
  modes::ModeSFrame frame;
  BootTime time;
};

// What came over one connection in some tens of milliseconds.
struct HeardFrames {
  std::size_t input = 0;  // its place in the configuration
  unsigned source = 0;    // the connection, for DuplicateFilter
  std::vector<HeardFrame> frames;
};

// Once a second: what all inputs counted since the last one, and how each stands since the start.
struct InputReport {
  Statistics::Remote fresh;
  std::vector<SkySnapshot::Input> inputs;
};

}  // namespace airspool::feed
