// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace airspool::modes {

// International foot and nautical mile, exact by definition.
inline constexpr double kMetresPerFoot = 0.3048;
inline constexpr double kMetresPerNauticalMile = 1852.0;
inline constexpr double kMpsPerKnot = 1852.0 / 3600.0;
inline constexpr double kMpsPerFootPerMinute = kMetresPerFoot / 60.0;

}  // namespace airspool::modes
