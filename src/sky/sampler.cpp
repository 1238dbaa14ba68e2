// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <utility>

#include <airspool/sky/dead_reckoning.h>
#include <airspool/sky/extended.h>
#include <airspool/sky/sampler.h>

namespace airspool::sky {
namespace {

// Less than what is printed of an altitude: steps of exactly the tolerance are within it.
constexpr double kAltitudeGrainM = 1e-3;

Moment position_moment(const FusedAircraft& aircraft) {
  Moment moment{aircraft.position.time, std::nullopt};
  if (aircraft.position.source == RecordSource::kOpenSky) moment.given = aircraft.sides.cloud->row.time_position;
  return moment;
}

Moment contact_moment(const FusedAircraft& aircraft) {
  Moment moment{aircraft.last_contact, std::nullopt};
  if (aircraft.last_contact_is_clouds) moment.given = aircraft.sides.cloud->row.last_contact;
  return moment;
}

// The altitude that dead reckoning goes by, and when it was true.
Moment altitude_moment(const FusedAircraft& aircraft) {
  const Field<double>& altitude = aircraft.baro_altitude_m.value ? aircraft.baro_altitude_m : aircraft.geo_altitude_m;
  Moment moment{altitude.time, std::nullopt};
  if (altitude.source == RecordSource::kOpenSky) moment.given = aircraft.sides.cloud->row.last_contact;
  return moment;
}

// Things that no reckoning foretells. What is no longer known is no event.
bool is_event(const Said& now, const Said& before) {
  const auto changed = [](const auto& text, const auto& earlier) { return text.front() != '\0' && text != earlier; };
  return changed(now.callsign, before.callsign) || changed(now.squawk, before.squawk) ||
         now.on_ground != before.on_ground || now.position.has_value() > before.position.has_value();
}

}  // namespace

Sampler::Sampler(SamplingSettings settings) : settings_(std::move(settings)) {}

bool Sampler::is_news(const Sides& sides, Icao24 address) const {
  const auto known = last_.find(address);
  return known == last_.end() || has_news(sides, known->second);
}

bool Sampler::has_news(const Sides& sides, const LastRecord& last) {
  return (sides.radio != nullptr && sides.radio->last_seen > last.heard) ||
         (sides.cloud != nullptr && sides.cloud->news != last.cloud_news);
}

void Sampler::consider(const Picture& picture, Icao24 address, BootTime now, std::vector<Record>& out) {
  if (settings_.policy == SamplingPolicy::kInterval) return;
  const Sides sides = picture.sides(address);
  if (sides.radio == nullptr && sides.cloud == nullptr) return;
  const auto known = last_.find(address);
  const FusedAircraft aircraft = picture.look(sides);
  if (known == last_.end()) return emit(aircraft, now, out);
  LastRecord& last = known->second;
  if (settings_.policy == SamplingPolicy::kAdaptive) {
    if (is_off(aircraft, last) || (now - last.taken >= settings_.max_gap && has_news(sides, last))) {
      emit(aircraft, now, out);
    }
    return;
  }
  const bool changed =
      aircraft.source == RecordSource::kOpenSky ? sides.cloud->news != last.cloud_news : said_of(aircraft) != last.said;
  if (changed) emit(aircraft, now, out);
}

bool Sampler::is_off(const FusedAircraft& aircraft, LastRecord& last) const {
  const Said now = said_of(aircraft);
  if (is_event(now, last.said)) return true;
  const Motion motion = last.said.motion();
  const Motion truth = now.motion();
  // Only what is new is held against it: an old altitude of an aircraft that climbs would be off at each message.
  if (truth.position && aircraft.position.time != last.position_checked) {
    last.position_checked = aircraft.position.time;
    const auto expected = position_after(motion, position_moment(aircraft).since(last.position_at));
    if (distance_m(*expected, *truth.position) > settings_.position_m) return true;
  }
  const Moment altitude_at = altitude_moment(aircraft);
  if (!truth.altitude_m || altitude_at.at == last.altitude_checked) return false;
  last.altitude_checked = altitude_at.at;
  const auto expected = altitude_after(motion, altitude_at.since(last.contact_at));
  return !expected || std::abs(*expected - *truth.altitude_m) > settings_.altitude_m + kAltitudeGrainM;
}

bool Sampler::is_due(const Picture& picture, const Sides& sides, Icao24 address, BootTime now) const {
  const auto known = last_.find(address);
  if (known == last_.end()) return true;
  const LastRecord& last = known->second;
  if (!has_news(sides, last)) return false;
  const Nanoseconds age = now - last.taken;
  switch (settings_.policy) {
    case SamplingPolicy::kInterval:
      if (age >= settings_.interval) return true;
      break;
    case SamplingPolicy::kAdaptive:
      if (age >= settings_.max_gap) return true;
      break;
    case SamplingPolicy::kEveryChange:
      break;
  }
  return picture.expires(sides, now);
}

void Sampler::emit(const FusedAircraft& aircraft, BootTime now, std::vector<Record>& out) {
  Record& record = out.emplace_back(make_record(aircraft));
  record.station_id = settings_.station_id;
  if (record.source != RecordSource::kOpenSky) {
    record.state.extended = extended_state(*aircraft.sides.radio, settings_.fields, aircraft.last_contact);
  }
  LastRecord& last = last_[record.state.icao24];
  const auto [radio, cloud] = aircraft.sides;
  last.taken = now;
  if (radio != nullptr) last.heard = radio->last_seen;
  if (cloud != nullptr) last.cloud_news = cloud->news;
  last.said = said_of(aircraft);
  last.position_at = position_moment(aircraft);
  last.contact_at = contact_moment(aircraft);
  last.position_checked = aircraft.position.time;
  last.altitude_checked = altitude_moment(aircraft).at;
}

void Sampler::sample(const Picture& picture, BootTime now, std::vector<Record>& out) { take(picture, now, false, out); }

void Sampler::flush(const Picture& picture, BootTime now, std::vector<Record>& out) { take(picture, now, true, out); }

void Sampler::take(const Picture& picture, BootTime now, bool everything, std::vector<Record>& out) {
  due_.clear();
  std::size_t aircraft = 0;
  picture.for_each([&](const Sides& sides) {
    ++aircraft;
    const Icao24 address = sides.radio != nullptr ? sides.radio->icao24 : sides.cloud->row.state.icao24;
    if (everything ? !is_news(sides, address) : !is_due(picture, sides, address, now)) return;
    due_.push_back({picture.look(sides).last_contact, address, sides});
  });
  std::sort(due_.begin(), due_.end(), [](const Due& a, const Due& b) {
    return std::pair(a.last_contact, a.address) < std::pair(b.last_contact, b.address);
  });
  for (const Due& due : due_) emit(picture.look(due.sides), now, out);
  // Every aircraft of the picture has an entry by now, so that a surplus means forgotten ones.
  if (last_.size() <= aircraft) return;
  std::erase_if(last_, [&](const auto& entry) {
    const Sides sides = picture.sides(entry.first);
    return sides.radio == nullptr && sides.cloud == nullptr;
  });
}

}  // namespace airspool::sky
