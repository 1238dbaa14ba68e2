// SPDX-License-Identifier: Apache-2.0
#include "health_record.h"

#include <cmath>
#include <utility>

#include <nlohmann/json.hpp>

namespace airspool::collector {
namespace {

using Json = nlohmann::ordered_json;
using std::chrono::milliseconds;

constexpr Nanoseconds kEvery = std::chrono::seconds(60);
// Lights that flicker make no more records than this.
constexpr Nanoseconds kAtMostEvery = std::chrono::seconds(5);
constexpr Nanoseconds kFeelEvery = std::chrono::seconds(1);

double seconds(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }
double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}
std::int64_t milliseconds_of(WallTime time) {
  return std::chrono::floor<milliseconds>(time).time_since_epoch().count();
}
std::string printed(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

const char* effort_word(double level) { return level >= 3 ? "full" : level >= 2 ? "balanced" : "eco"; }

}  // namespace

HealthRecord::HealthRecord(Station station, Sources sources, const Clock& clock)
    : station_(std::move(station)),
      sources_(sources),
      clock_(clock),
      started_(clock.boot_now()),
      felt_(started_ - kFeelEvery),
      radio_{-1.0, started_},
      store_{-1.0, started_},
      messages_at_(started_) {}

std::optional<std::string> HealthRecord::due(const std::vector<uplink::SinkStatus>& sinks) {
  const BootTime now = clock_.boot_now();
  if (now - felt_ < kFeelEvery) return std::nullopt;
  felt_ = now;
  feel(now);
  std::string lights = this->lights(sinks);
  if (told_) {
    const Nanoseconds since = now - *told_;
    if (since < kAtMostEvery || (since < kEvery && lights == told_lights_)) return std::nullopt;
  }
  told_ = now;
  told_lights_ = std::move(lights);
  return text(sinks, now);
}

std::string HealthRecord::stopped() const {
  return printed(Json{{"schema", 1},
                      {"kind", "health"},
                      {"station_id", station_.name},
                      {"online", false},
                      {"reason", "stopped"},
                      {"time_ms", milliseconds_of(clock_.wall_now())},
                      {"version", AIRSPOOL_VERSION},
                      {"uptime_s", rounded(seconds(clock_.boot_now() - started_), 0)}});
}

void HealthRecord::feel(BootTime now) {
  const double samples = sources_.metrics.value("airspool_samples_total").value_or(0.0);
  if (samples != radio_.value) radio_ = {samples, now};
  // The store pins up a new state every second; holding it here keeps its address from being used again.
  auto stat = sources_.spool.latest();
  if (stat != last_stat_) store_.moved = now;
  last_stat_ = std::move(stat);
}

std::string HealthRecord::lights(const std::vector<uplink::SinkStatus>& sinks) const {
  std::string lights;
  for (const uplink::SinkStatus& sink : sinks) {
    lights += sink.connected ? 'c' : '-';
    lights += sink.attention ? '!' : '.';
  }
  if (const auto streaming = sources_.metrics.value("airspool_dongle_streaming"))
    lights += *streaming > 0.0 ? 'd' : '-';
  if (last_stat_) {
    lights += last_stat_->last_error.empty() ? '.' : '!';
    lights += last_stat_->clock.holding ? '!' : '.';
  }
  return lights;
}

std::string HealthRecord::text(const std::vector<uplink::SinkStatus>& sinks, BootTime now) {
  const auto metric = [this](const char* name) { return sources_.metrics.value(name); };
  const SkySnapshotPtr sky = sources_.sky.latest();
  const WallTime wall = clock_.wall_now();
  Json record{{"schema", 1},
              {"kind", "health"},
              {"station_id", station_.name},
              {"online", true},
              {"time_ms", milliseconds_of(wall)},
              {"version", AIRSPOOL_VERSION},
              {"uptime_s", rounded(seconds(now - started_), 0)}};
  if (station_.position) {
    record["latitude"] = rounded(station_.position->latitude_deg, station_.location_accuracy);
    record["longitude"] = rounded(station_.position->longitude_deg, station_.location_accuracy);
  }
  record["clock"] = {{"state", to_string(clock_.state())}};
  if (last_stat_) record["clock"]["believed"] = !last_stat_->clock.holding;

  Json& stages = record["stages"];
  if (station_.radio) stages["radio"] = rounded(seconds(now - radio_.moved), 1);
  const auto answer_age = metric("airspool_opensky_answer_age_seconds");
  if (sky) stages["sky"] = rounded(seconds(now - sky->taken), 1);
  stages["store"] = rounded(seconds(now - store_.moved), 1);
  stages["forward"] = 0.0;  // it speaks

  if (sky) {
    const double span = seconds(sky->taken - messages_at_);
    if (station_.radio && span > 0.0) {
      record["messages_per_s"] = rounded(static_cast<double>(sky->messages - messages_) / span, 1);
    }
    messages_ = sky->messages;
    messages_at_ = sky->taken;
    record["aircraft"] = sky->aircraft.size();
  }
  if (const auto streaming = metric("airspool_dongle_streaming")) {
    record["dongle"] = {{"streaming", *streaming > 0.0}};
    if (const auto gain = metric("airspool_dongle_gain_db"); gain && *gain > 0.0) record["dongle"]["gain_db"] = *gain;
  }
  if (const auto noise = metric("airspool_noise_floor_dbfs")) record["noise_dbfs"] = rounded(*noise, 1);
  if (const auto effort = metric("airspool_demodulator_effort"); effort && station_.radio) {
    record["effort"] = effort_word(*effort);
  }

  Json drops = Json::array();
  if (last_stat_) {
    const spool::SpoolStat& stat = *last_stat_;
    record["spool"] = {{"spool_id", stat.spool_id},
                       {"last_seq", stat.last_seq},
                       {"batches", stat.batches + stat.memory_batches + stat.unstored_batches},
                       {"records", stat.records},
                       {"bytes", stat.bytes},
                       {"oldest_s", stat.oldest_sealed ? rounded(seconds(wall - *stat.oldest_sealed), 0) : 0.0},
                       {"held_batches", stat.held_batches},
                       {"failing", !stat.last_error.empty()}};
    for (const spool::DropStat& drop : stat.drops) {
      drops.push_back(
          {{"sink", drop.sink}, {"reason", drop.reason}, {"batches", drop.batches}, {"records", drop.records}});
    }
  }
  const auto lost = [&](const char* name, const char* reason, const char* what) {
    if (const auto count = metric(name); count && *count > 0) {
      drops.push_back({{"reason", reason}, {what, static_cast<std::uint64_t>(*count)}});
    }
  };
  lost("airspool_dongle_samples_dropped_total", "demodulator-behind", "samples");
  lost("airspool_frames_dropped_total", "sky-behind", "frames");
  lost("airspool_records_dropped_total", "store-behind", "records");
  record["drops"] = std::move(drops);

  record["sinks"] = Json::array();
  for (const uplink::SinkStatus& sink : sinks) {
    Json one{{"name", sink.name}, {"type", sink.type}, {"connected", sink.connected}, {"attention", sink.attention}};
    if (sink.last_ack) one["last_ack_ms"] = milliseconds_of(*sink.last_ack);
    if (last_stat_) {
      for (const spool::SinkStat& left : last_stat_->sinks) {
        if (left.name != sink.name) continue;
        one["batches"] = left.batches;
        one["records"] = left.records;
      }
    }
    record["sinks"].push_back(std::move(one));
  }
  if (station_.opensky) {
    record["opensky"] = Json::object();
    if (const auto credits = metric("airspool_opensky_credits_left")) record["opensky"]["credits_left"] = *credits;
    if (answer_age) record["opensky"]["answer_age_s"] = rounded(*answer_age, 0);
  }
  return printed(record);
}

}  // namespace airspool::collector
