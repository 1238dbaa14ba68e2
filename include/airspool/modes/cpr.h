// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/geo.h>

namespace airspool::modes {

// Compact position reporting (DO-260B appendix A.1.7; ICAO Doc 9871 C.2.6). Pure functions, no state, any thread.
// Degrees. What they give is the position that was encoded, to within half a step of the coding (airborne about 2.6 m
// in latitude, surface about 0.6 m); nothing is lost on top of that but the rounding of a double.

enum class CprKind : std::uint8_t { kAirborne, kSurface };

// The 17-bit halves of one position message; higher bits are ignored.
struct CprPosition {
  std::uint32_t latitude = 0;   // YZ, 0..131071
  std::uint32_t longitude = 0;  // XZ, 0..131071
  bool odd = false;             // the F bit: i = 1
};

// Number of longitude zones NL at a latitude: 1..59 (DO-260B A.1.7.2 d). 87 degrees still has 2.
int cpr_longitude_zones(double latitude_deg);

// The position of the newer message of an even/odd pair (DO-260B A.1.7.7, A.1.7.8). Nothing when the two lie in
// different longitude zones, or a latitude is impossible. Surface pairs leave two latitudes and four longitudes open:
// those nearest to `reference` are taken, and without a usable reference there is no position. Airborne pairs need
// none. Whether the two messages are close enough in time (10 s airborne) is the caller's to know.
std::optional<GeoPosition> cpr_global(CprKind kind, const CprPosition& even, const CprPosition& odd, bool newest_is_odd,
                                      std::optional<GeoPosition> reference = std::nullopt);

// The solution nearest to a reference that is known to be within half a zone (airborne about 180 NM, surface about
// 45 NM: DO-260B A.1.7.5, A.1.7.6). One message alone cannot tell that the reference was farther off: then the solution
// is a wrong one within half a zone, so a caller compares the distance with what is plausible. Nothing when the
// latitude is impossible or the reference is no position (not finite, latitude beyond 90 or longitude beyond 180).
std::optional<GeoPosition> cpr_local(CprKind kind, const CprPosition& position, GeoPosition reference);

}  // namespace airspool::modes
