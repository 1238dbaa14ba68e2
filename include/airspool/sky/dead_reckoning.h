// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>

namespace airspool::sky {

// The part of a record that tells how its aircraft goes on. Values as they are printed: what a consumer has.
struct Motion {
  std::optional<GeoPosition> position;
  std::optional<double> ground_speed_mps;
  std::optional<double> true_track_deg;
  std::optional<double> altitude_m;  // `baro_altitude`; where there is none, `geo_altitude`
  std::optional<double> vertical_rate_mps;
};

// The rule of adaptive sampling, part of the contract of a record: between two records an aircraft is where it would be
// if it had gone on as the earlier one says, along a great circle with its `velocity` and `true_track` from its
// `time_position` on (sphere of mean radius 6,371,008.8 m), climbing with its `vertical_rate` from its `last_contact`
// on. What is not known counts as no motion. `after` may be negative.
std::optional<GeoPosition> position_after(const Motion& motion, Nanoseconds after);
std::optional<double> altitude_after(const Motion& motion, Nanoseconds after);

}  // namespace airspool::sky
