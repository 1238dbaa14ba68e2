// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <ctime>
#include <string>

#include <airspool/core/clock.h>

namespace airspool::uplink {

// "2026-11-25 22:10:03 UTC".
inline std::string date_text(WallTime time) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm date{};
  ::gmtime_r(&seconds, &date);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S UTC", &date)};
}

}  // namespace airspool::uplink
