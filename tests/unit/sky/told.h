// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <airspool/sky/cloud.h>

#include "heard.h"

// Rows as OpenSky would have told them, made by hand. Its calendar and our boot time run side by side.
namespace airspool::sky {

inline const WallTime kCalendarOfOpenSky = WallTime(std::chrono::seconds(1'700'000'000));
inline WallTime wall_at(double seconds) { return kCalendarOfOpenSky + at(seconds).time_since_epoch(); }

// An aircraft in flight; change what the story is about.
inline CloudRow told(GeoPosition place, double position_s, double contact_s, Icao24 address = kAircraft) {
  CloudRow row;
  row.state.icao24 = address;
  row.state.callsign = "CLOUD1";
  row.state.origin_country = "Germany";
  row.state.squawk = "2000";
  row.state.position = place;
  row.state.baro_altitude_m = 9'000.0;
  row.state.geo_altitude_m = 9'100.0;
  row.state.ground_speed_mps = 200.0;
  row.state.true_track_deg = 91.0;
  row.state.vertical_rate_mps = 1.0;
  row.time_position = wall_at(position_s);
  row.position_at = at(position_s);
  row.last_contact = wall_at(contact_s);
  row.contact_at = at(contact_s);
  return row;
}

}  // namespace airspool::sky
