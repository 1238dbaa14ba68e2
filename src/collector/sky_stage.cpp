// SPDX-License-Identifier: Apache-2.0
#include "sky_stage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <variant>

#include <airspool/modes/decode.h>
#include <airspool/sky/country.h>
#include <airspool/sky/snapshot.h>

namespace airspool::collector {
namespace {

constexpr Nanoseconds kTick = std::chrono::seconds(1);
// OpenSky's rows are shown for as long as it keeps them itself.
constexpr Nanoseconds kCloudValidity = std::chrono::seconds(300);

WallTime wall_time(double unix_seconds) {
  return WallTime(std::chrono::milliseconds(std::llround(unix_seconds * 1000.0)));
}

StateVector with_country_code(StateVector state) {
  if (const auto country = sky::country_of(state.icao24)) state.country_code = country->iso2;
  return state;
}

Record record_of(const opensky::OpenSkyState& row, const StateVector& state, const opensky::OpenSkyAnswer& answer,
                 const std::string& station) {
  Record record;
  record.state = state;
  record.station_id = station;
  if (row.time_position_s) record.time_position = wall_time(*row.time_position_s);
  record.last_contact = wall_time(row.last_contact_s);
  record.received = answer.received;
  record.source = RecordSource::kOpenSky;
  return record;
}

}  // namespace

SkyStage::SkyStage(const SkySettings& settings, SkyChannel& input, RecordChannel& records,
                   Board<SkySnapshot>& snapshots, const Clock& clock, metrics::Registry& metrics)
    : settings_(settings),
      input_(input),
      records_(records),
      snapshots_(snapshots),
      clock_(clock),
      tracker_(settings.tracker),
      sampler_(settings.sampling),
      undecodable_(metrics.counter("airspool_frames_undecodable_total", "Accepted frames that say nothing.")),
      records_made_(metrics.counter("airspool_records_total", "State vectors handed to the spool.")),
      records_dropped_(metrics.counter("airspool_records_dropped_total",
                                       "State vectors dropped because the spool did not keep up.")),
      aircraft_(metrics.gauge("airspool_aircraft", "Aircraft that the radio hears.")),
      aircraft_with_position_(metrics.gauge("airspool_aircraft_with_position", "Those of them with a position.")) {
  publish(clock_.boot_now());
}

void SkyStage::run() {
  BootTime next_tick = clock_.boot_now() + kTick;
  while (!input_.drained()) {
    const Nanoseconds left = std::max(next_tick - clock_.boot_now(), Nanoseconds::zero());
    if (auto input = input_.pop_for(left)) {
      std::visit([this](auto&& value) { take(std::forward<decltype(value)>(value)); }, std::move(*input));
    }
    const BootTime now = clock_.boot_now();
    if (now < next_tick) continue;
    tick(now);
    next_tick = std::max(next_tick + kTick, now);
  }
  std::vector<Record> last;
  sampler_.flush(tracker_, clock_.boot_now(), last);
  deliver(std::move(last));
  publish(clock_.boot_now());
  records_.close();
}

void SkyStage::take(const FrameBlock& block) {
  for (const modes::ModeSFrame& frame : block.frames) {
    if (const auto message = modes::decode(frame)) {
      tracker_.observe(*message, frame.signal_dbfs, block.time_of(frame));
    } else {
      undecodable_.add();
    }
  }
}

void SkyStage::take(const opensky::OpenSkyAnswer& answer) {
  std::vector<Record> records;
  for (const opensky::OpenSkyState& row : answer.states) {
    // OpenSky repeats an aircraft for minutes after it was last heard; a record is made only of news.
    CloudAircraft& known = cloud_[row.state.icao24];
    if (row.last_contact_s <= known.last_contact_s) continue;
    known.last_contact_s = row.last_contact_s;
    known.shown.state = with_country_code(row.state);
    known.shown.last_seen = answer.boot_time_of(row.last_contact_s);
    known.shown.position_time.reset();
    if (row.state.position && row.time_position_s)
      known.shown.position_time = answer.boot_time_of(*row.time_position_s);
    known.shown.source = RecordSource::kOpenSky;
    records.push_back(record_of(row, known.shown.state, answer, settings_.sampling.station_id));
  }
  deliver(std::move(records));
}

void SkyStage::tick(BootTime now) {
  tracker_.expire(now);
  std::erase_if(cloud_, [&](const auto& entry) { return now - entry.second.shown.last_seen > kCloudValidity; });
  std::vector<Record> records;
  sampler_.sample(tracker_, now, records);
  deliver(std::move(records));
  publish(now);
}

void SkyStage::publish(BootTime now) {
  auto snapshot =
      std::make_shared<SkySnapshot>(sky::take_snapshot(tracker_, now, clock_.wall_now(), settings_.sampling.source));
  aircraft_.set(static_cast<double>(snapshot->aircraft.size()));
  aircraft_with_position_.set(static_cast<double>(std::ranges::count_if(
      snapshot->aircraft, [](const SkySnapshot::Aircraft& aircraft) { return aircraft.state.position.has_value(); })));
  for (const auto& [address, aircraft] : cloud_) {
    if (!tracker_.aircraft().contains(address)) snapshot->aircraft.push_back(aircraft.shown);
  }
  snapshots_.publish(std::move(snapshot));
}

void SkyStage::deliver(std::vector<Record> records) {
  const std::size_t count = records.size();
  if (count == 0) return;
  if (records_.try_push(std::move(records))) {
    records_made_.add(count);
  } else {
    records_dropped_.add(count);
  }
}

}  // namespace airspool::collector
