// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace airspool::trains {

struct Seed {
  std::string name;
  std::vector<std::uint8_t> bytes;
};

// Programs to start from, each about one matter: every format, overlaps, echoes, trains cut short, clipping, steps,
// gaps, jumps, changes of effort; each at both rates, in both sample formats and with every effort.
std::vector<Seed> seeds();

}  // namespace airspool::trains
