// SPDX-License-Identifier: Apache-2.0
#include "sky_meters.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace airspool::collector {
namespace {

constexpr std::array<std::string_view, 4> kSources = {"radio", "opensky", "fused", "sim"};  // by RecordSource
constexpr const char* kCommB = "airspool_comm_b_total";
constexpr const char* kCommBHelp =
    "Comm-B replies, by how sure it is which register they carry; only certain ones are used.";
constexpr const char* kAircraftDropped = "airspool_aircraft_dropped_total";
constexpr const char* kAircraftDroppedHelp =
    "Aircraft forgotten early because there were too many, by who told of them.";

// Brings a counter to a number that only grows.
void raise(metrics::Counter& counter, std::uint64_t to) { counter.add(to - counter.value()); }

}  // namespace

SkyMeters::SkyMeters(metrics::Registry& metrics)
    : metrics_(metrics),
      undecodable_(metrics.counter("airspool_frames_undecodable_total", "Accepted frames that say nothing.")),
      of_no_aircraft_(metrics.counter("airspool_messages_of_no_aircraft_total",
                                      "Messages about a ground service or of a reserved kind (DF18).")),
      comm_b_inferred_(metrics.counter(kCommB, kCommBHelp, {{"register", "certain"}})),
      comm_b_ambiguous_(metrics.counter(kCommB, kCommBHelp, {{"register", "ambiguous"}})),
      comm_b_unknown_(metrics.counter(kCommB, kCommBHelp, {{"register", "unknown"}})),
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

void SkyMeters::expect_inputs(const std::vector<std::string>& names) {
  const auto counter = [&](const std::string& input) {
    return &metrics_.counter("airspool_input_duplicates_total",
                             "Frames that another source had brought already; \"radio\" is the radio of this machine.",
                             {{"input", input}});
  };
  radio_duplicates_ = counter("radio");
  for (const std::string& name : names) duplicates_.push_back(counter(name));
}

void SkyMeters::not_passed_on(std::size_t frames) {
  metrics_
      .counter("airspool_output_frames_dropped_total",
               "Frames for the outputs dropped because their thread did not keep up.")
      .add(frames);
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
  const sky::TrackerCounts& radio = picture.radio().counts();
  raise(of_no_aircraft_, radio.messages_of_no_aircraft);
  raise(comm_b_inferred_, radio.comm_b_inferred);
  raise(comm_b_ambiguous_, radio.comm_b_ambiguous);
  raise(comm_b_unknown_, radio.comm_b_unknown);
  raise(dropped_radio_aircraft_, picture.radio().counts().aircraft_dropped);
  raise(dropped_cloud_aircraft_, picture.cloud_counts().aircraft_dropped);
  show_levels(snapshot.statistics);
}

// Of the last whole minute; in the first one of what there is. No series without a radio, and none that would have to
// make up a level.
void SkyMeters::show_levels(const StatisticsReport& statistics) {
  const bool first_minute = statistics.last_minute.end == statistics.last_minute.begin;
  const Statistics::Radio& radio = (first_minute ? statistics.latest : statistics.last_minute).radio;
  const auto level = [&](std::string_view name, std::string_view help, std::optional<double> dbfs) {
    if (dbfs) metrics_.gauge(name, help).set(*dbfs);
  };
  level("airspool_noise_floor_dbfs", "Noise floor, mean of the last whole minute.", noise_dbfs(radio));
  level("airspool_signal_mean_dbfs", "Mean power of the frames of the last whole minute.", signal_dbfs(radio));
  level("airspool_signal_peak_dbfs", "Power of the strongest frame of the last whole minute.", peak_dbfs(radio));
  if (radio.samples == 0) return;
  metrics_
      .gauge("airspool_demodulator_cpu_seconds_per_sample",
             "Processor time of demodulation for an IQ sample, mean of the last whole minute.")
      .set(std::chrono::duration<double>(radio.cpu).count() / static_cast<double>(radio.samples));
}

Statistics tracker_statistics(const sky::TrackerCounts& before, const sky::TrackerCounts& now) {
  Statistics fresh;
  fresh.messages = now.messages - before.messages;
  fresh.aircraft = now.aircraft_new - before.aircraft_new;
  fresh.aircraft_of_one_message = now.aircraft_of_one_message - before.aircraft_of_one_message;
  Statistics::Positions& positions = fresh.positions;
  positions.airborne = now.airborne_halves - before.airborne_halves;
  positions.surface = now.surface_halves - before.surface_halves;
  positions.by_pair = now.positions_by_pair - before.positions_by_pair;
  positions.by_own_place = now.positions_by_own_place - before.positions_by_own_place;
  positions.by_receiver = now.positions_by_receiver - before.positions_by_receiver;
  positions.pairs_inconsistent = now.pairs_inconsistent - before.pairs_inconsistent;
  positions.lone_out_of_range = now.lone_out_of_range - before.lone_out_of_range;
  positions.lone_implausible = now.lone_implausible - before.lone_implausible;
  positions.pairs_out_of_range =
      now.positions_out_of_range - before.positions_out_of_range - positions.lone_out_of_range;
  positions.pairs_implausible = now.positions_implausible - before.positions_implausible - positions.lone_implausible;
  return fresh;
}

}  // namespace airspool::collector
