// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>

namespace airspool {

// OpenSky's `position_source` (REST API, state vectors, index 16), and 4 of our own for what a ground station
// rebroadcasts.
enum class PositionSource : std::uint8_t { kAdsb = 0, kAsterix = 1, kMlat = 2, kFlarm = 3, kTisbOrAdsr = 4 };

// Which side of the house a record came from.
enum class RecordSource : std::uint8_t { kRadio, kOpenSky, kFused, kSim };

// What is known of one aircraft at one moment. SI units; degrees; nothing where nothing is known.
struct StateVector {
  Icao24 icao24;
  std::string callsign;        // trimmed; empty = not known
  std::string origin_country;  // OpenSky's spelling; empty = not known
  std::string country_code;    // ISO 3166-1 alpha-2; empty = not known
  std::string squawk;          // four octal digits; empty = not known
  std::optional<GeoPosition> position;
  std::optional<double> baro_altitude_m;  // pressure altitude, 1013.25 hPa
  std::optional<double> geo_altitude_m;   // height above the WGS84 ellipsoid
  std::optional<double> ground_speed_mps;
  std::optional<double> true_track_deg;  // clockwise from true north, [0, 360)
  std::optional<double> vertical_rate_mps;
  bool on_ground = false;
  bool spi = false;
  PositionSource position_source = PositionSource::kAdsb;
  std::optional<int> category;  // OpenSky's 0..20
  std::optional<int> nic;       // navigation integrity category
  std::optional<double> rc_m;   // radius of containment that goes with it
  std::optional<int> nac_p;
  std::optional<int> sil;
  std::optional<int> adsb_version;
  std::optional<double> rssi_dbfs;
};

// Record v1: one state vector as it leaves the machine. The identity (`spool_id`, `seq`) is given when it is sealed
// into a batch. Printed by spool/record_codec.h.
struct Record {
  StateVector state;
  std::string station_id;
  std::string spool_id;
  std::int64_t seq = 0;                   // 1, 2, 3, ... within spool_id; 0 = not sealed yet
  std::optional<WallTime> time_position;  // when the position was valid
  WallTime last_contact;                  // when anything was last heard
  WallTime received;                      // when we took it in
  ClockQuality time_quality = ClockQuality::kSynchronised;
  RecordSource source = RecordSource::kRadio;
};

}  // namespace airspool
