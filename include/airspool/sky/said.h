// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include <airspool/core/geo.h>
#include <airspool/core/record.h>
#include <airspool/sky/dead_reckoning.h>
#include <airspool/sky/fusion.h>

namespace airspool::sky {

// What a record of an aircraft says, or would say, in the decimals in which it is printed; its times, its origin and
// the signal strength aside. Trivially copyable: nothing here allocates.
struct Said {
  std::array<char, 8> callsign{};
  std::array<char, 4> squawk{};
  std::optional<GeoPosition> position;
  std::optional<double> baro_altitude_m;
  std::optional<double> geo_altitude_m;
  std::optional<double> ground_speed_mps;
  std::optional<double> true_track_deg;
  std::optional<double> vertical_rate_mps;
  bool on_ground = false;
  bool spi = false;
  PositionSource position_source = PositionSource::kAdsb;
  std::optional<int> category;

  friend bool operator==(const Said&, const Said&) = default;

  [[nodiscard]] Motion motion() const {
    return {position, ground_speed_mps, true_track_deg, baro_altitude_m ? baro_altitude_m : geo_altitude_m,
            vertical_rate_mps};
  }
};

Said said_of(const FusedAircraft& aircraft);

}  // namespace airspool::sky
