// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace airspool::modes {

// The remainder of an all-call reply: the code of the interrogator that it answers, CL (3 bits) and IC (4 bits),
// overlaid on the parity (ICAO Annex 10 Vol IV 3.1.2.5.2.1.2, 3.1.2.5.2.1.3):
//   CL 0    IC is the interrogator identifier II, 0-15 (0 also for squitters)
//   CL 1-4  IC is the lower part of the surveillance identifier SI = 16 (CL - 1) + IC; there is no SI 0
//   CL 5-7  not used
inline constexpr std::uint32_t kLastIi = 0x0F;
inline constexpr std::uint32_t kFirstSi = 0x11;
inline constexpr std::uint32_t kLastSi = 0x4F;

// Whether an interrogator with that code can exist.
constexpr bool is_interrogator_code(std::uint32_t remainder) {
  return remainder <= kLastIi || (remainder >= kFirstSi && remainder <= kLastSi);
}

}  // namespace airspool::modes
