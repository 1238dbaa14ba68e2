// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>

namespace airspool::cli {

// A moment in UTC as people type it: "2026-11-22T12:00:00Z" with optional decimals of a second (RFC 3339; the T may be
// a space, the Z may be missing, another zone is not understood), or seconds since 1970 with optional decimals. Years
// 1970 to 2200.
std::optional<WallTime> parse_utc(std::string_view text);

// "2026-11-22T12:00:00Z", without the decimals.
std::string format_utc(WallTime time);

}  // namespace airspool::cli
