// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

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

  // An older fact never replaces a newer one.
  void set(T v, BootTime t, RecordSource s = RecordSource::kRadio) {
    if (value && t < time) return;
    value = std::move(v);
    time = t;
    source = s;
  }

  // Known, and not older than `max_age` at `now`.
  [[nodiscard]] bool fresh(BootTime now, Nanoseconds max_age) const { return value && now - time <= max_age; }
};

// One half of a position, waiting for the other.
struct CprHalf {
  modes::CprPosition position;
  BootTime time{};
};

// Whose word a position is. A radar's track and an aircraft's own position differ, and so do their halves.
enum class CprSource : std::uint8_t { kAircraft, kTisb, kCoarseTisb, kAdsr };

// The last even and odd position message of one kind from one origin. Halves of different kinds or origins never meet.
struct CprPair {
  std::optional<CprHalf> even;
  std::optional<CprHalf> odd;
  CprSource source = CprSource::kAircraft;  // of both halves
};

// A position that was rejected as implausible, and how many in a row agreed with one another.
struct SuspectPosition {
  GeoPosition position;
  BootTime time{};
  int agreeing = 0;
};

// One number of those that few ask for: small, because there are many and aircraft are more.
struct Reading {
  BootTime time{};
  float value = std::numeric_limits<float>::quiet_NaN();

  // "Not available" is news too: what was said before no longer holds.
  void set(std::optional<double> told, BootTime t) {
    if (t < time) return;
    value = told ? static_cast<float>(*told) : std::numeric_limits<float>::quiet_NaN();
    time = t;
  }
  [[nodiscard]] std::optional<float> at(BootTime now, Nanoseconds max_age) const {
    if (std::isnan(value) || now - time > max_age) return std::nullopt;
    return value;
  }
};

// What ExtendedState is made of; see extended.h.
struct ExtendedReadings {
  Reading selected_altitude_m;
  Reading roll_deg;
  Reading mach;
  Reading indicated_airspeed_mps;
  Reading true_airspeed_mps;
  Reading magnetic_heading_deg;
  Reading wind_speed_mps;
  Reading wind_direction_deg;
  Reading temperature_c;
  Reading emergency;                         // modes::Emergency
  std::optional<BootTime> weather_reported;  // by the aircraft: what could be derived then gives way
};

// What an aircraft says of the quality of its positions: the last operational status, and how its last position was
// sent.
struct NavigationQuality {
  BootTime told{};  // the status
  std::optional<std::uint8_t> version;
  std::optional<std::uint8_t> nac_p;
  std::optional<std::uint8_t> sil;
  std::optional<bool> nic_a;
  std::optional<bool> nic_b;  // of the position
  std::optional<bool> nic_c;
  std::uint8_t position_typecode = 0;
  bool surface_track_is_magnetic_heading = false;
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
  Field<double> geo_minus_baro_m;
  Field<double> ground_speed_mps;
  Field<double> true_track_deg;
  Field<double> vertical_rate_mps;
  Field<bool> on_ground;
  Field<bool> spi;
  Field<int> category;  // OpenSky's 0..20
  PositionSource position_source = PositionSource::kAdsb;
  bool position_on_surface = false;  // which kind of message `position` came from
  int consistent_positions = 0;      // pairs in a row that fit each other, up to 2: two make a place sure
  std::optional<double> rssi_dbfs;   // smoothed over the last messages; empty: no receiver told it
  CprPair airborne_cpr;
  CprPair surface_cpr;
  std::optional<SuspectPosition> suspect;
  NavigationQuality quality;
  ExtendedReadings extended;
};

struct TrackerSettings {
  std::optional<GeoPosition> receiver = std::nullopt;  // helps surface positions and bounds the reach
  double max_range_m = 740'000.0;                      // 400 NM: farther positions are counted and dropped
  Nanoseconds expire_after = std::chrono::seconds(60);
  // Bound of memory (about 1 kB each) against a hostile feed: past it aircraft are dropped, those first that were heard
  // only once, then those not heard for longest.
  std::size_t max_aircraft = 20'000;
};

// What happened to the positions of the stream.
struct TrackerCounts {
  std::uint64_t messages = 0;
  std::uint64_t messages_of_no_aircraft = 0;  // of them: about a service (DF18 management), or reserved
  std::uint64_t positions = 0;                // decoded and believed
  std::uint64_t positions_out_of_range = 0;
  std::uint64_t positions_implausible = 0;  // a jump that no aircraft flies
  std::uint64_t positions_restarted = 0;    // rejected positions agreed with one another and replaced the believed one
  std::uint64_t pairs_inconsistent = 0;     // the two halves of a pair place the aircraft too far apart
  std::uint64_t airborne_halves = 0;        // position messages, decoded or not
  std::uint64_t surface_halves = 0;
  // How the believed ones were found: an even and an odd half, or one near a known place.
  std::uint64_t positions_by_pair = 0;
  std::uint64_t positions_by_own_place = 0;
  std::uint64_t positions_by_receiver = 0;
  // Of positions_out_of_range and positions_implausible: those of one half alone.
  std::uint64_t lone_out_of_range = 0;
  std::uint64_t lone_implausible = 0;
  // Comm-B replies: which register it was is certain, one of several, or not known (empty ones among these).
  std::uint64_t comm_b_inferred = 0;
  std::uint64_t comm_b_ambiguous = 0;
  std::uint64_t comm_b_unknown = 0;
  std::uint64_t aircraft_new = 0;             // that came into the picture
  std::uint64_t aircraft_of_one_message = 0;  // that were forgotten after a single message
  std::uint64_t aircraft_dropped = 0;         // forgotten early, because of `max_aircraft`
};

// The picture that the radio draws: aircraft by address, from decoded messages. Sole owner of the picture; one thread
// (sky). Times are boot time, which for a recording is the time of its samples.
//
// Any message creates its aircraft but those that are about none (DF18 control fields 4 and 7), address-parity replies
// (DF0, 4, 5, 16, 20, 21, 24) too: a reply proves no address, but whoever feeds the tracker has vouched for it. The
// demodulator does, as it passes only replies of addresses that parity-checked messages have shown; a feed that cannot
// vouch must leave unknown replies out.
//
// Positions: a global decode of an even and an odd message (DO-260B A.1.7.7, A.1.7.8), where none is possible a local
// one (A.1.7.5, A.1.7.6) by the aircraft's own last position or the receiver's, whichever cannot be ambiguous. Each
// must lie within range of the receiver and be reachable from the last one; src/sky/README.md has the rules and limits.
class Tracker {
 public:
  explicit Tracker(TrackerSettings settings);

  // `time` must not run backwards by more than the reordering of a stream (1 s). Positions of messages that are older
  // than the last position message of their aircraft are not used. A signal that is NaN is not known.
  void observe(const modes::Message& message, float signal_dbfs, BootTime time);

  // Another receiver heard the message that was observed last, or one of the last, of this aircraft better than it was
  // observed with. `was_dbfs` may be NaN.
  void observe_better(Icao24 address, float was_dbfs, float is_dbfs);

  // Forgets aircraft not heard for `expire_after`.
  void expire(BootTime now);

  using Map = std::unordered_map<Icao24, Aircraft>;
  [[nodiscard]] const Map& aircraft() const { return aircraft_; }
  [[nodiscard]] const TrackerCounts& counts() const { return counts_; }

 private:
  Aircraft& find_or_create(Icao24 address, BootTime time);
  void make_room();

  TrackerSettings settings_;
  Map aircraft_;
  TrackerCounts counts_;
};

}  // namespace airspool::sky
