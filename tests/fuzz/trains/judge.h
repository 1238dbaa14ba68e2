// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <airspool/modes/demodulator.h>

#include "program.h"

namespace airspool::trains {

// What the demodulator made of a program; one list of frames for each stream of it (a jump back or an end begins the
// next).
struct Heard {
  std::vector<std::vector<modes::ModeSFrame>> streams;
  std::array<std::uint64_t, modes::kFrameRejectCount> rejects{};
  std::size_t allocations = 0;
};

// How often memory was asked for until now; nothing where that is not known.
using AllocationCount = std::size_t (*)();

// Feeds a program, cut into blocks by `split` (0: segments whole). Leaves the demodulator finished, with the effort of
// the program's settings.
Heard demodulate(modes::Demodulator& demodulator, const Program& program, std::uint8_t split,
                 AllocationCount allocations = nullptr);

// What is wrong with that, nothing when all is well: times in order and within what was fed, lengths and formats that
// exist, parity that fits, replies only of addresses that were proved, each frame once, levels and corrections in
// bounds, no memory asked for on the way.
std::string complaint(const Program& program, const Heard& heard);

// Whether both are the same to the bit; else where they part.
std::string difference(const Heard& one, const Heard& other);

// Runs the program cut in two ways, the second time through the same demodulator, which must be as new after an end.
std::string judge(const Program& program, AllocationCount allocations = nullptr);

}  // namespace airspool::trains
