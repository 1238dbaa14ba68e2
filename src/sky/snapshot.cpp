// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <airspool/sky/snapshot.h>

namespace airspool::sky {

SkySnapshot take_snapshot(const Picture& picture, BootTime now, WallTime wall_now) {
  SkySnapshot snapshot;
  snapshot.taken = now;
  snapshot.taken_wall = wall_now;
  snapshot.messages = picture.radio().counts().messages;
  snapshot.aircraft.reserve(picture.radio().aircraft().size() + picture.cloud().size());
  picture.for_each([&](const Sides& sides) {
    const FusedAircraft aircraft = picture.look(sides);
    SkySnapshot::Aircraft& entry = snapshot.aircraft.emplace_back();
    entry.state = state_vector(aircraft);
    entry.last_seen = aircraft.last_contact;
    const bool has_time = aircraft.position.source != RecordSource::kOpenSky || sides.cloud->row.position_at;
    if (aircraft.position.value && has_time) entry.position_time = aircraft.position.time;
    if (sides.radio != nullptr) entry.messages = sides.radio->messages;
    entry.source = aircraft.source;
  });
  std::sort(snapshot.aircraft.begin(), snapshot.aircraft.end(),
            [](const auto& a, const auto& b) { return a.state.icao24 < b.state.icao24; });
  return snapshot;
}

}  // namespace airspool::sky
