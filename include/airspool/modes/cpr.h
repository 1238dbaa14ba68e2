// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/geo.h>

namespace airspool::modes {

// Compact position reporting (DO-260B appendix A.1.7; ICAO Doc 9871 C.2.6). Pure functions, no state.

enum class CprKind : std::uint8_t { kAirborne, kSurface };

// The 17-bit halves of one position message.
struct CprPosition {
  std::uint32_t latitude = 0;   // YZ, 0..131071
  std::uint32_t longitude = 0;  // XZ, 0..131071
  bool odd = false;             // the F bit: i = 1
};

// Number of longitude zones at a latitude: 1..59 (DO-260B A.1.7.2 d).
int cpr_longitude_zones(double latitude_deg);

// The position of the newer message of an even/odd pair (DO-260B A.1.7.7, A.1.7.8). Nothing when the two lie in
// different longitude zones, or the latitude is impossible. Surface pairs leave four quadrants open: the solution nearest
// to `reference` is taken, and without one there is no position.
std::optional<GeoPosition> cpr_global(CprKind kind, const CprPosition& even, const CprPosition& odd, bool newest_is_odd,
                                      std::optional<GeoPosition> reference = std::nullopt);

// The position within half a zone (airborne about 180 NM, surface about 45 NM) of a reference that is known to be near
// (DO-260B A.1.7.5, A.1.7.6). Nothing when the solution lies farther away than that or is impossible.
std::optional<GeoPosition> cpr_local(CprKind kind, const CprPosition& position, GeoPosition reference);

}  // namespace airspool::modes
