// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>
#include <airspool/core/record.h>
#include <airspool/modes/message.h>

namespace airspool::sky {

// One fact about an aircraft, when it was true, and who said it.
template <typename T>
struct Field {
  std::optional<T> value;
  BootTime time{};
  RecordSource source = RecordSource::kRadio;

  void set(T v, BootTime t, RecordSource s = RecordSource::kRadio) {
    value = std::move(v);
    time = t;
    source = s;
  }
};

// The last even and odd position message of one kind, waiting for each other.
struct CprPair {
  std::optional<modes::CprPosition> even;
  std::optional<modes::CprPosition> odd;
  BootTime even_time{};
  BootTime odd_time{};
};

struct Aircraft {
  Icao24 icao24;
  BootTime first_seen{};
  BootTime last_seen{};
  std::uint64_t messages = 0;
  Field<std::string> callsign;
  Field<std::string> squawk;
  Field<GeoPosition> position;
  Field<double> baro_altitude_m;
  Field<double> geo_altitude_m;
  Field<double> ground_speed_mps;
  Field<double> true_track_deg;
  Field<double> vertical_rate_mps;
  Field<bool> on_ground;
  Field<bool> spi;
  Field<int> category;  // OpenSky's 0..20
  PositionSource position_source = PositionSource::kAdsb;
  double rssi_dbfs = 0.0;  // smoothed over the last messages
  CprPair airborne_cpr;
  CprPair surface_cpr;
};

struct TrackerSettings {
  std::optional<GeoPosition> receiver;  // helps surface positions and bounds the reach
  double max_range_m = 740'000.0;       // 400 NM: farther positions are counted and dropped
  Nanoseconds expire_after = std::chrono::seconds(300);
};

// What happened to the positions of the stream.
struct TrackerCounts {
  std::uint64_t messages = 0;
  std::uint64_t positions = 0;           // decoded and believed
  std::uint64_t positions_out_of_range = 0;
  std::uint64_t positions_implausible = 0;  // a jump that no aircraft flies
};

// The picture that the radio draws: aircraft by address, from decoded messages. Sole owner of the picture; one thread
// (sky). Times are boot time, which for a recording is the time of its samples.
class Tracker {
 public:
  explicit Tracker(TrackerSettings settings);

  // `time` must not run backwards by more than the reordering of a stream (1 s).
  void observe(const modes::Message& message, float signal_dbfs, BootTime time);

  // Forgets aircraft not heard for `expire_after`.
  void expire(BootTime now);

  using Map = std::unordered_map<Icao24, Aircraft>;
  [[nodiscard]] const Map& aircraft() const { return aircraft_; }
  [[nodiscard]] const TrackerCounts& counts() const { return counts_; }

 private:
  TrackerSettings settings_;
  Map aircraft_;
  TrackerCounts counts_;
};

}  // namespace airspool::sky
