// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <airspool/sky/country.h>
#include <airspool/sky/sampler.h>
#include <airspool/sky/snapshot.h>

namespace airspool::sky {
namespace {

// The value, unless it is older than `max_age` at `now`.
template <typename T>
std::optional<T> valid(const Field<T>& field, BootTime now, Nanoseconds max_age) {
  return field.fresh(now, max_age) ? field.value : std::nullopt;
}

}  // namespace

StateVector state_vector(const Aircraft& aircraft) {
  const BootTime now = aircraft.last_seen;
  StateVector state;
  state.icao24 = aircraft.icao24;
  state.callsign = aircraft.callsign.value.value_or(std::string());
  if (const auto country = country_of(aircraft.icao24)) {
    state.origin_country = country->name;
    state.country_code = country->iso2;
  }
  state.squawk = aircraft.squawk.value.value_or(std::string());
  state.position = valid(aircraft.position, now, kPositionValidity);
  state.baro_altitude_m = valid(aircraft.baro_altitude_m, now, kAltitudeValidity);
  state.geo_altitude_m = valid(aircraft.geo_altitude_m, now, kAltitudeValidity);
  state.ground_speed_mps = valid(aircraft.ground_speed_mps, now, kVelocityValidity);
  state.true_track_deg = valid(aircraft.true_track_deg, now, kVelocityValidity);
  state.vertical_rate_mps = valid(aircraft.vertical_rate_mps, now, kVelocityValidity);
  state.on_ground = aircraft.on_ground.value.value_or(false);
  state.spi = valid(aircraft.spi, now, kSpiValidity).value_or(false);
  state.position_source = aircraft.position_source;
  state.category = aircraft.category.value;
  state.rssi_dbfs = aircraft.rssi_dbfs;
  return state;
}

SkySnapshot take_snapshot(const Tracker& tracker, BootTime now, WallTime wall_now, RecordSource source) {
  SkySnapshot snapshot;
  snapshot.taken = now;
  snapshot.taken_wall = wall_now;
  snapshot.messages = tracker.counts().messages;
  snapshot.aircraft.reserve(tracker.aircraft().size());
  for (const auto& [address, aircraft] : tracker.aircraft()) {
    SkySnapshot::Aircraft& entry = snapshot.aircraft.emplace_back();
    entry.state = state_vector(aircraft);
    entry.last_seen = aircraft.last_seen;
    if (entry.state.position) entry.position_time = aircraft.position.time;
    entry.messages = aircraft.messages;
    entry.source = source;
  }
  std::sort(snapshot.aircraft.begin(), snapshot.aircraft.end(),
            [](const auto& a, const auto& b) { return a.state.icao24 < b.state.icao24; });
  return snapshot;
}

}  // namespace airspool::sky
