// SPDX-License-Identifier: Apache-2.0
#include "readsb_json.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include <airspool/core/decimal.h>

namespace airspool::status {
namespace {

constexpr double kFeetPerMetre = 1.0 / 0.3048;
constexpr double kKnotsPerMps = 3600.0 / 1852.0;
constexpr double kFeetPerMinutePerMps = 60.0 * kFeetPerMetre;
constexpr std::size_t kFlightWidth = 8;

double seconds_of(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }
double unix_seconds(WallTime time) { return seconds_of(time.time_since_epoch()); }

// Appends members to one JSON object.
class Object {
 public:
  explicit Object(std::string& out) : out_(out) { out_ += '{'; }
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { out_ += '}'; }

  std::string& key(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += name;
    out_ += "\":";
    return out_;
  }
  void number(std::string_view name, double value, int decimals) { append_decimal(key(name), value, decimals); }
  void number(std::string_view name, const std::optional<double>& value, double factor, int decimals) {
    if (value) number(name, *value * factor, decimals);
  }
  void count(std::string_view name, std::uint64_t value) { key(name) += std::to_string(value); }
  void integer(std::string_view name, const std::optional<int>& value) {
    if (value) key(name) += std::to_string(*value);
  }
  // Escaped, and with bytes that are no UTF-8 replaced: text from the air and from the net is not ours.
  void text(std::string_view name, std::string_view value) {
    key(name) += nlohmann::json(value).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  }

 private:
  std::string& out_;
  bool first_ = true;
};

std::string_view type_of(const SkySnapshot::Aircraft& aircraft) {
  const bool icao = aircraft.state.icao24.is_icao();
  if (!aircraft.state.position && aircraft.source != RecordSource::kOpenSky) return icao ? "mode_s" : "other";
  switch (aircraft.state.position_source) {
    case PositionSource::kAdsb:
      return icao ? "adsb_icao" : "adsb_other";
    case PositionSource::kMlat:
      return "mlat";
    case PositionSource::kTisbOrAdsr:
      return icao ? "tisb_icao" : "tisb_other";
    case PositionSource::kAsterix:
    case PositionSource::kFlarm:
      break;
  }
  return "other";
}

// From OpenSky's numbers back to set and category of DO-260B 2.2.3.2.5.2.
std::string category_of(int category) {
  const auto in_set = [&](char set, int first, int number) { return set + std::to_string(category - first + number); };
  if (category == 1) return "A0";
  if (category >= 2 && category <= 8) return in_set('A', 2, 1);
  if (category >= 9 && category <= 15) return in_set('B', 9, 1);
  if (category == 16) return "C1";
  if (category >= 17 && category <= 20) return in_set('C', 17, 3);
  return {};
}

void append_aircraft(std::string& out, const SkySnapshot& snapshot, const SkySnapshot::Aircraft& aircraft) {
  const StateVector& state = aircraft.state;
  Object object(out);
  object.text("hex", (state.icao24.is_icao() ? "" : "~") + state.icao24.hex());
  object.text("type", type_of(aircraft));
  if (!state.callsign.empty()) {
    std::string flight = state.callsign;
    flight.resize(std::max(flight.size(), kFlightWidth), ' ');
    object.text("flight", flight);
  }
  if (state.on_ground) {
    object.text("alt_baro", "ground");
  } else {
    object.number("alt_baro", state.baro_altitude_m, kFeetPerMetre, 0);
  }
  object.number("alt_geom", state.geo_altitude_m, kFeetPerMetre, 0);
  object.number("gs", state.ground_speed_mps, kKnotsPerMps, 1);
  object.number("track", state.true_track_deg, 1.0, 2);
  object.number("baro_rate", state.vertical_rate_mps, kFeetPerMinutePerMps, 0);
  if (!state.squawk.empty()) object.text("squawk", state.squawk);
  const std::string category = state.category ? category_of(*state.category) : std::string();
  if (!category.empty()) object.text("category", category);
  if (state.position) {
    object.number("lat", state.position->latitude_deg, 6);
    object.number("lon", state.position->longitude_deg, 6);
    if (aircraft.position_time) {
      object.number("seen_pos", seconds_of(snapshot.taken - *aircraft.position_time), 1);
    }
  }
  object.integer("nic", state.nic);
  object.number("rc", state.rc_m, 1.0, 0);
  object.integer("version", state.adsb_version);
  object.integer("nac_p", state.nac_p);
  object.integer("sil", state.sil);
  object.count("messages", aircraft.messages);
  object.number("seen", seconds_of(snapshot.taken - aircraft.last_seen), 1);
  object.number("rssi", state.rssi_dbfs, 1.0, 1);
}

std::uint64_t milliseconds_of(Nanoseconds time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(time).count());
}

void append_local(std::string& out, const Statistics::Radio& radio) {
  Object local(out);
  local.count("samples_processed", radio.samples);
  local.count("samples_dropped", radio.samples_missing);
  local.count("modeac", 0);  // is not decoded
  local.count("modes", radio.preambles);
  local.count("bad", radio.bad);
  local.count("unknown_icao", radio.unknown_address);
  std::string& accepted = local.key("accepted");
  for (std::size_t bits = 0; bits < radio.accepted.size(); ++bits) {
    accepted += bits == 0 ? '[' : ',';
    accepted += std::to_string(radio.accepted[bits]);
  }
  accepted += ']';
  local.number("signal", signal_dbfs(radio), 1.0, 1);
  local.number("noise", noise_dbfs(radio), 1.0, 1);
  local.number("peak_signal", peak_dbfs(radio), 1.0, 1);
  local.count("strong_signals", radio.strong);
}

// gain_db is readsb's; the object beside it is ours.
void append_radio(Object& object, const RadioReport& radio) {
  object.number("gain_db", radio.gain_db, 1.0, 1);
  Object ours(object.key("radio"));
  ours.key("streaming") += radio.streaming ? "true" : "false";
  if (!radio.device.empty()) ours.text("device", radio.device);
  if (!radio.tuner.empty()) ours.text("tuner", radio.tuner);
  if (!radio.trouble.empty()) ours.text("trouble", radio.trouble);
  ours.text("gain", radio.gain);
  ours.text("gain_reason", radio.gain_reason);
}

void append_remote(std::string& out, const Statistics::Remote& other) {
  Object remote(out);
  remote.count("modeac", other.mode_ac);
  remote.count("modes", other.mode_s);
  remote.count("bad", other.bad);
  remote.count("unknown_icao", other.unknown_address);
  remote.key("accepted") += '[' + std::to_string(other.accepted) + ']';
}

void append_input(std::string& out, const SkySnapshot::Input& input) {
  Object object(out);
  object.text("input", input.name);
  object.count("connected", input.connected);
  object.count("messages", input.messages);
  object.count("accepted", input.accepted);
  object.count("rejected", input.rejected);
  object.count("duplicates", input.duplicates);
  object.count("damaged", input.damaged);
  object.count("bytes", input.bytes);
  object.count("junk_bytes", input.junk_bytes);
}

void append_cpr(std::string& out, const Statistics::Positions& positions) {
  Object cpr(out);
  cpr.count("surface", positions.surface);
  cpr.count("airborne", positions.airborne);
  cpr.count("global_ok", positions.by_pair);
  cpr.count("global_bad", positions.pairs_inconsistent + positions.pairs_out_of_range + positions.pairs_implausible);
  cpr.count("global_range", positions.pairs_out_of_range);
  cpr.count("global_speed", positions.pairs_implausible);
  cpr.count("local_ok", positions.by_own_place + positions.by_receiver);
  cpr.count("local_aircraft_relative", positions.by_own_place);
  cpr.count("local_receiver_relative", positions.by_receiver);
  cpr.count("local_range", positions.lone_out_of_range);
  cpr.count("local_speed", positions.lone_implausible);
}

void append_period(std::string& out, const SkySnapshot& snapshot, const Statistics& period, bool with_radio) {
  Object object(out);
  object.number("start", unix_seconds(snapshot.taken_wall - (snapshot.taken - period.begin)), 3);
  object.number("end", unix_seconds(snapshot.taken_wall - (snapshot.taken - period.end)), 3);
  if (with_radio) append_local(object.key("local"), period.radio);
  if (!snapshot.inputs.empty()) append_remote(object.key("remote"), period.remote);
  append_cpr(object.key("cpr"), period.positions);
  {
    Object cpu(object.key("cpu"));
    cpu.count("demod", milliseconds_of(period.radio.cpu));
    cpu.count("background", milliseconds_of(period.sky_cpu));
  }
  {
    Object tracks(object.key("tracks"));
    tracks.count("all", period.aircraft);
    tracks.count("single_message", period.aircraft_of_one_message);
  }
  object.count("messages", period.messages);
}

}  // namespace

std::string aircraft_json(const SkySnapshot& snapshot) {
  std::string out;
  {
    Object object(out);
    object.number("now", unix_seconds(snapshot.taken_wall), 3);
    object.count("messages", snapshot.messages);
    object.key("aircraft") += '[';
    for (const auto& aircraft : snapshot.aircraft) {
      if (&aircraft != &snapshot.aircraft.front()) out += ",\n";
      append_aircraft(out, snapshot, aircraft);
    }
    out += ']';
  }
  return out + '\n';
}

std::string receiver_json(const std::optional<GeoPosition>& position, int location_accuracy) {
  std::string out;
  {
    Object object(out);
    object.text("version", "airspool " AIRSPOOL_VERSION);
    object.count("refresh", 1000);
    object.count("history", 0);
    if (position) {
      object.number("lat", position->latitude_deg, location_accuracy);
      object.number("lon", position->longitude_deg, location_accuracy);
    }
  }
  return out + '\n';
}

std::string stats_json(const SkySnapshot& snapshot, const RadioReport* radio) {
  const auto with_position = static_cast<std::uint64_t>(std::count_if(
      snapshot.aircraft.begin(), snapshot.aircraft.end(), [](const auto& a) { return a.state.position.has_value(); }));
  const StatisticsReport& statistics = snapshot.statistics;
  const std::pair<std::string_view, const Statistics&> periods[] = {{"latest", statistics.latest},
                                                                    {"last1min", statistics.last_minute},
                                                                    {"last5min", statistics.last_5_minutes},
                                                                    {"last15min", statistics.last_15_minutes},
                                                                    {"total", statistics.total}};
  const bool with_radio = statistics.total.radio.samples > 0;
  std::string out;
  {
    Object object(out);
    object.number("now", unix_seconds(snapshot.taken_wall), 3);
    if (radio != nullptr) append_radio(object, *radio);
    object.count("aircraft_with_pos", with_position);
    object.count("aircraft_without_pos", snapshot.aircraft.size() - with_position);
    for (const auto& [name, period] : periods) {
      append_period(object.key(name), snapshot, period, with_radio);
    }
    if (!snapshot.inputs.empty()) {
      std::string& inputs = object.key("inputs");
      for (const SkySnapshot::Input& input : snapshot.inputs) {
        inputs += &input == &snapshot.inputs.front() ? '[' : ',';
        append_input(inputs, input);
      }
      inputs += ']';
    }
  }
  return out + '\n';
}

}  // namespace airspool::status
