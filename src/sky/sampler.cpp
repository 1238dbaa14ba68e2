// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/sky/country.h>
#include <airspool/sky/sampler.h>

namespace airspool::sky {
namespace {

// The value, unless it is older than `max_age` at `now`.
template <typename T>
std::optional<T> valid(const Field<T>& field, BootTime now, Nanoseconds max_age) {
  return field.fresh(now, max_age) ? field.value : std::nullopt;
}

StateVector state_of(const Aircraft& aircraft) {
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

}  // namespace

Sampler::Sampler(SamplingSettings settings) : settings_(std::move(settings)) {}

void Sampler::sample(const Tracker& tracker, BootTime now, WallTime wall_at_boot_zero, ClockQuality quality,
                     std::vector<Record>& out) {
  take(tracker, now, false, wall_at_boot_zero, quality, out);
}

void Sampler::flush(const Tracker& tracker, BootTime now, WallTime wall_at_boot_zero, ClockQuality quality,
                    std::vector<Record>& out) {
  take(tracker, now, true, wall_at_boot_zero, quality, out);
}

void Sampler::take(const Tracker& tracker, BootTime now, bool whatever_the_interval, WallTime wall_at_boot_zero,
                   ClockQuality quality, std::vector<Record>& out) {
  due_.clear();
  for (const auto& [address, aircraft] : tracker.aircraft()) {
    const auto last = last_record_.find(address);
    if (last != last_record_.end()) {
      if (aircraft.last_seen <= last->second.last_seen) continue;
      if (!whatever_the_interval && now - last->second.taken < settings_.interval) continue;
    }
    due_.push_back(&aircraft);
  }
  std::sort(due_.begin(), due_.end(), [](const Aircraft* a, const Aircraft* b) {
    return std::pair(a->last_seen, a->icao24) < std::pair(b->last_seen, b->icao24);
  });
  for (const Aircraft* aircraft : due_) {
    Record record;
    record.state = state_of(*aircraft);
    record.station_id = settings_.station_id;
    record.last_contact = wall_at_boot_zero + aircraft->last_seen.time_since_epoch();
    if (record.state.position) {
      record.time_position = wall_at_boot_zero + aircraft->position.time.time_since_epoch();
    }
    record.received = record.last_contact;
    record.time_quality = quality;
    record.source = settings_.source;
    out.push_back(std::move(record));
    last_record_[aircraft->icao24] = {now, aircraft->last_seen};
  }
  forget_expired(tracker);
}

void Sampler::forget_expired(const Tracker& tracker) {
  // Every aircraft of the picture has an entry by now, so that a surplus means expired ones.
  if (last_record_.size() <= tracker.aircraft().size()) return;
  std::erase_if(last_record_, [&](const auto& entry) { return !tracker.aircraft().contains(entry.first); });
}

}  // namespace airspool::sky
