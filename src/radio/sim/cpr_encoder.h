// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <airspool/core/geo.h>

namespace airspool::radio::sim {

struct CprCode {
  std::uint32_t latitude = 0;   // YZ, 17 bits
  std::uint32_t longitude = 0;  // XZ, 17 bits
};

enum class CprKind : std::uint8_t { kAirborne, kSurface };

// Compact position reporting, DO-260B A.1.7.3 (airborne) and A.1.7.4 (surface: two bits finer, the upper two dropped).
// Angles in turns of 360 degrees: fractions of a power of two (angular weighted binary) stay exact. Any whole number of
// turns may be added.
CprCode encode_cpr_turns(double latitude_turns, double longitude_turns, bool odd, CprKind kind);
CprCode encode_cpr(GeoPosition position, bool odd, CprKind kind);

// The number of longitude zones at a latitude, 1 .. 59 (DO-260B A.1.7.2 d).
int longitude_zones(double latitude_deg);

}  // namespace airspool::radio::sim
