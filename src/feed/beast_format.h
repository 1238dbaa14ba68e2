// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace airspool::feed {

inline constexpr std::uint8_t kBeastEscape = 0x1A;
// What mlat-client puts where the time of a frame would be, in the frames that it makes of its server's positions.
inline constexpr std::uint64_t kMlatTimestamp = 0xFF00'4D4C'4154;

}  // namespace airspool::feed
