// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/sky/sampler.h>
#include <airspool/sky/snapshot.h>

namespace airspool::sky {

Sampler::Sampler(SamplingSettings settings) : settings_(std::move(settings)) {}

void Sampler::sample(const Tracker& tracker, BootTime now, std::vector<Record>& out) { take(tracker, now, false, out); }

void Sampler::flush(const Tracker& tracker, BootTime now, std::vector<Record>& out) { take(tracker, now, true, out); }

void Sampler::take(const Tracker& tracker, BootTime now, bool whatever_the_interval, std::vector<Record>& out) {
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
    record.state = state_vector(*aircraft);
    record.station_id = settings_.station_id;
    record.last_contact = aircraft->last_seen;
    if (record.state.position) record.time_position = aircraft->position.time;
    record.received = aircraft->last_seen;
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
