// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>
#include <vector>

#include <airspool/sky/country.h>
#include <airspool/sky/picture.h>

namespace airspool::sky {

Picture::Picture(const PictureSettings& settings) : settings_(settings), tracker_(settings.tracker) {}

void Picture::observe(const modes::Message& message, float signal_dbfs, BootTime time) {
  tracker_.observe(message, signal_dbfs, time);
}

bool Picture::take(CloudRow&& row, BootTime received) {
  ++counts_.rows;
  const Icao24 address = row.state.icao24;
  auto found = cloud_.find(address);
  const bool is_new = found == cloud_.end();
  if (is_new) {
    if (cloud_.size() >= settings_.max_cloud_aircraft) make_room();
    found = cloud_.try_emplace(address).first;
  }
  CloudAircraft& known = found->second;
  known.contained = std::max(known.contained, received);
  // OpenSky's own answer wins; what it never tells is the code.
  if (const auto country = country_of(address)) {
    row.state.country_code = country->iso2;
    if (row.state.origin_country.empty()) row.state.origin_country = country->name;
  }
  const StateVector& before = known.row.state;
  if (!is_new) {
    const CloudRow& old = known.row;
    if (row.last_contact < old.last_contact && row.contact_at <= old.contact_at) return false;
    if (row.last_contact == old.last_contact && row.time_position == old.time_position && row.state == before) {
      return false;
    }
  }
  if (is_new || row.state.callsign != before.callsign) known.callsign_since = row.contact_at;
  if (is_new || row.state.squawk != before.squawk) known.squawk_since = row.contact_at;
  if (is_new || row.state.on_ground != before.on_ground) known.on_ground_since = row.contact_at;
  if (row.time_position != known.row.time_position || row.state.position != before.position) {
    known.disagreement_counted = false;
  }
  known.row = std::move(row);
  known.received = received;
  ++known.news;
  ++counts_.news;
  count_disagreement(known);
  return true;
}

void Picture::count_disagreement(CloudAircraft& cloud) {
  if (cloud.disagreement_counted) return;
  const Sides both = sides(cloud.row.state.icao24);
  if (both.radio == nullptr || both.cloud == nullptr || positions_agree(*both.radio, cloud)) return;
  cloud.disagreement_counted = true;
  ++counts_.disagreements;
}

// Drops one in sixty-four at once, so that an answer of too many aircraft does not pay a search of the whole each.
void Picture::make_room() {
  std::vector<std::pair<BootTime, Icao24>> by_age;
  by_age.reserve(cloud_.size());
  for (const auto& [address, aircraft] : cloud_) by_age.emplace_back(aircraft.row.contact_at, address);
  const std::size_t drop = std::min(by_age.size(), 1 + settings_.max_cloud_aircraft / 64);
  const auto end_of_dropped = by_age.begin() + static_cast<std::ptrdiff_t>(drop);
  std::partial_sort(by_age.begin(), end_of_dropped, by_age.end());
  for (auto oldest = by_age.begin(); oldest != end_of_dropped; ++oldest) cloud_.erase(oldest->second);
  counts_.aircraft_dropped += drop;
}

void Picture::expire(BootTime now) {
  // What the radio heard since may contradict what OpenSky said before.
  for (const auto& [address, aircraft] : tracker_.aircraft()) {
    if (const auto told = cloud_.find(address); told != cloud_.end()) count_disagreement(told->second);
  }
  tracker_.expire(now);
  std::erase_if(cloud_, [&](const auto& entry) { return now - entry.second.contained > settings_.cloud_expire_after; });
}

bool Picture::expires(Sides sides, BootTime now) const {
  const bool radio_goes = sides.radio == nullptr || now - sides.radio->last_seen > settings_.tracker.expire_after;
  const bool cloud_goes = sides.cloud == nullptr || now - sides.cloud->contained > settings_.cloud_expire_after;
  return radio_goes && cloud_goes;
}

const CloudAircraft* Picture::cloud_side(Icao24 address) const {
  if (settings_.fusion.radio_source == RecordSource::kSim) return nullptr;
  const auto found = cloud_.find(address);
  return found == cloud_.end() ? nullptr : &found->second;
}

Sides Picture::sides(Icao24 address) const {
  const auto radio = tracker_.aircraft().find(address);
  if (radio != tracker_.aircraft().end()) return {&radio->second, cloud_side(address)};
  const auto cloud = cloud_.find(address);
  return {nullptr, cloud == cloud_.end() ? nullptr : &cloud->second};
}

}  // namespace airspool::sky
