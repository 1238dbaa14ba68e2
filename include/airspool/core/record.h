// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/extended_state.h>
#include <airspool/core/geo.h>
#include <airspool/core/icao24.h>
#include <airspool/core/record_fields.h>

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
  std::vector<int> sensors;     // serial numbers of OpenSky's receivers that heard it; empty = not told
  std::optional<int> nic;       // navigation integrity category
  std::optional<double> rc_m;   // radius of containment that goes with it
  std::optional<int> nac_p;
  std::optional<int> sil;
  std::optional<int> adsb_version;
  std::optional<double> rssi_dbfs;
  ExtendedState extended;

  friend bool operator==(const StateVector&, const StateVector&) = default;
};

// A moment in a record: one that this machine lived through, in boot time, or one that somebody else (OpenSky) gave, in
// UTC. The first gets its place on the calendar when the record leaves the house, by a clock that may have been put
// right in the meantime; the second stays as it was given.
class RecordTime {
 public:
  constexpr RecordTime() = default;
  // NOLINTBEGIN(google-explicit-constructor): a time point says by its type which of the two it is
  constexpr RecordTime(BootTime lived) : since_(lived.time_since_epoch()) {}
  constexpr RecordTime(WallTime given) : since_(given.time_since_epoch()), given_(true) {}
  // NOLINTEND(google-explicit-constructor)

  [[nodiscard]] constexpr bool is_given() const { return given_; }
  [[nodiscard]] constexpr WallTime on(const Calendar& calendar) const {
    return given_ ? WallTime(since_) : calendar.at(BootTime(since_));
  }
  // In boot time; a given one as `calendar` places it.
  [[nodiscard]] constexpr BootTime in_boot_time(const Calendar& calendar) const {
    return given_ ? calendar.boot_time_of(WallTime(since_)) : BootTime(since_);
  }

  friend constexpr bool operator==(const RecordTime&, const RecordTime&) = default;

 private:
  Nanoseconds since_{};  // boot, or 1970
  bool given_ = false;
};

// Record v1: one state vector on its way off the machine. The identity (`spool_id`, `seq`) and the calendar are given
// when it is sealed into a batch. Printed by spool/record_codec.h.
struct Record {
  StateVector state;
  std::string station_id;
  std::string spool_id;
  std::int64_t seq = 0;                     // 1, 2, 3, ... within spool_id; 0 = not sealed yet
  std::optional<RecordTime> time_position;  // when the position was valid
  RecordTime last_contact;                  // when anything was last heard
  BootTime received;                        // when we took it in
  RecordSource source = RecordSource::kRadio;
  RecordFields from_opensky;  // of a fused record: which fields OpenSky gave; printed as `field_sources`
};

}  // namespace airspool
