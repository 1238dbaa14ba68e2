// SPDX-License-Identifier: Apache-2.0
#include "sky_meters.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace airspool::collector {
namespace {

constexpr std::array<std::string_view, 4> kSources = {"radio", "opensky", "fused", "sim"};  // by RecordSource
constexpr const char* kAircraftDropped = "airspool_aircraft_dropped_total";
constexpr const char* kAircraftDroppedHelp =
    "Aircraft forgotten early because there were too many, by who told of them.";

// Brings a counter to a number that only grows.
void raise(metrics::Counter& counter, std::uint64_t to) { counter.add(to - counter.value()); }

}  // namespace

SkyMeters::SkyMeters(metrics::Registry& metrics)
    : undecodable_(metrics.counter("airspool_frames_undecodable_total", "Accepted frames that say nothing.")),
      made_(metrics.counter("airspool_records_total", "State vectors handed to the spool.")),
      dropped_(metrics.counter("airspool_records_dropped_total",
                               "State vectors dropped because the spool did not keep up.")),
      aircraft_(metrics.gauge("airspool_aircraft", "Aircraft that the radio hears.")),
      aircraft_with_position_(metrics.gauge("airspool_aircraft_with_position", "Those of them that tell their place.")),
      disagreements_(metrics.counter("airspool_fusion_disagreements_total",
                                     "Positions of OpenSky that no speed explains beside the radio's.")),
      dropped_radio_aircraft_(metrics.counter(kAircraftDropped, kAircraftDroppedHelp, {{"side", "radio"}})),
      dropped_cloud_aircraft_(metrics.counter(kAircraftDropped, kAircraftDroppedHelp, {{"side", "opensky"}})) {
  for (std::size_t field = 0; field < kRecordFieldKeys.size(); ++field) {
    fields_from_opensky_[field] = &metrics.counter("airspool_fusion_fields_total",
                                                   "Fields that OpenSky gave to records of aircraft that both know.",
                                                   {{"field", std::string(kRecordFieldKeys[field])}});
  }
  for (std::size_t source = 0; source < kSources.size(); ++source) {
    aircraft_by_source_[source] =
        &metrics.gauge("airspool_aircraft_by_source", "Aircraft of the picture, by who knows them.",
                       {{"source", std::string(kSources[source])}});
  }
}

void SkyMeters::fused(const std::vector<Record>& records) {
  for (const Record& record : records) {
    if (record.from_opensky.empty()) continue;
    for (std::size_t field = 0; field < kRecordFieldKeys.size(); ++field) {
      if (record.from_opensky.contains(static_cast<RecordField>(field))) fields_from_opensky_[field]->add();
    }
  }
}

void SkyMeters::show(const sky::Picture& picture, const SkySnapshot& snapshot) {
  const auto& heard = picture.radio().aircraft();
  aircraft_.set(static_cast<double>(heard.size()));
  aircraft_with_position_.set(static_cast<double>(std::ranges::count_if(heard, [](const auto& entry) {
    return entry.second.position.fresh(entry.second.last_seen, sky::kPositionValidity);
  })));
  std::array<std::size_t, kSources.size()> by_source{};
  for (const SkySnapshot::Aircraft& aircraft : snapshot.aircraft)
    ++by_source[static_cast<std::size_t>(aircraft.source)];
  for (std::size_t source = 0; source < kSources.size(); ++source) {
    aircraft_by_source_[source]->set(static_cast<double>(by_source[source]));
  }
  raise(disagreements_, picture.cloud_counts().disagreements);
  raise(dropped_radio_aircraft_, picture.radio().counts().aircraft_dropped);
  raise(dropped_cloud_aircraft_, picture.cloud_counts().aircraft_dropped);
}

}  // namespace airspool::collector
