// SPDX-License-Identifier: Apache-2.0
#include "coverage.h"

#include <chrono>
#include <cstddef>

namespace airspool::collector {
namespace {

constexpr Nanoseconds kFresh = std::chrono::seconds(15);
constexpr std::size_t kFewest = 3;

}  // namespace

double radio_coverage(const opensky::OpenSkyAnswer& answer, const sky::Tracker::Map& heard, BootTime now) {
  std::size_t airborne = 0;
  std::size_t covered = 0;
  for (const opensky::OpenSkyState& row : answer.states) {
    if (row.state.on_ground || !row.state.position) continue;
    ++airborne;
    const auto aircraft = heard.find(row.state.icao24);
    if (aircraft != heard.end() && now - aircraft->second.last_seen <= kFresh) ++covered;
  }
  return airborne < kFewest ? 0.0 : static_cast<double>(covered) / static_cast<double>(airborne);
}

}  // namespace airspool::collector
