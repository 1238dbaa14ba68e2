// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

#include <airspool/core/geo.h>
#include <airspool/modes/cpr.h>

namespace airspool::test {

// The encoding side of CPR as an aircraft does it (DO-260B A.1.7.3), written apart from the decoder: NL here is the
// formula, there a table of its edges.

inline int longitude_zones_by_formula(double latitude_deg) {
  const double absolute = std::abs(latitude_deg);
  if (absolute == 0.0) return 59;
  if (absolute > 87.0) return 1;
  if (absolute == 87.0) return 2;
  const double radians = absolute * std::numbers::pi / 180.0;
  const double inner = 1.0 - (1.0 - std::cos(std::numbers::pi / 30.0)) / (std::cos(radians) * std::cos(radians));
  return static_cast<int>(std::floor(2.0 * std::numbers::pi / std::acos(inner)));
}

// One position message of an aircraft at `position`. The standard counts steps within the zone; counted from the
// equator or Greenwich they differ by whole zones, which the 17 bits drop, and one division is all that rounds.
inline modes::CprPosition cpr_encode(modes::CprKind kind, GeoPosition position, bool odd) {
  const double steps = kind == modes::CprKind::kSurface ? 524288.0 : 131072.0;  // 19 bits are made, 17 are sent
  const auto count = [steps](double degrees, int zones) { return std::floor(degrees * zones * steps / 360.0 + 0.5); };
  const auto sent = [](double counted) {
    return static_cast<std::uint32_t>(static_cast<std::int64_t>(counted) & 0x1FFFF);
  };

  const int rows = odd ? 59 : 60;
  const double yz = count(position.latitude_deg, rows);
  const double received_latitude = 360.0 * yz / (rows * steps);
  const int zones = std::max(longitude_zones_by_formula(received_latitude) - (odd ? 1 : 0), 1);
  return {sent(yz), sent(count(position.longitude_deg, zones)), odd};
}

}  // namespace airspool::test
