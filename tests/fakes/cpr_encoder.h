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

// One position message of an aircraft at `position`.
inline modes::CprPosition cpr_encode(modes::CprKind kind, GeoPosition position, bool odd) {
  const double steps = kind == modes::CprKind::kSurface ? 524288.0 : 131072.0;  // 19 bits are made, 17 are sent
  const auto within = [steps](double value, double zone) {
    return std::floor(steps * (value - zone * std::floor(value / zone)) / zone + 0.5);
  };
  const double row = 360.0 / (odd ? 59.0 : 60.0);
  const double yz = within(position.latitude_deg, row);
  const double received_latitude = row * (yz / steps + std::floor(position.latitude_deg / row));
  const int zones = std::max(longitude_zones_by_formula(received_latitude) - (odd ? 1 : 0), 1);
  const double xz = within(position.longitude_deg, 360.0 / zones);
  constexpr std::uint32_t kSent = 0x1FFFF;
  return {static_cast<std::uint32_t>(yz) & kSent, static_cast<std::uint32_t>(xz) & kSent, odd};
}

}  // namespace airspool::test
