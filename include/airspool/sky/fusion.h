// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/record_fields.h>
#include <airspool/sky/cloud.h>
#include <airspool/sky/tracker.h>

namespace airspool::sky {

// How old a value may be, against the last contact, and still stand in a record that the radio has a part in. OpenSky
// documents 15 s for positions but keeps vectors for 300 s, and really gives out positions of up to 258 s; a record of
// OpenSky alone repeats them, and whoever needs it sharper filters by `time_position`, which goes with every position.
// Callsign, category and squawk stay as long as the aircraft does: they belong to the flight, not to the moment.
inline constexpr Nanoseconds kPositionValidity = std::chrono::seconds(60);
inline constexpr Nanoseconds kVelocityValidity = std::chrono::seconds(60);  // speed, track, vertical rate
inline constexpr Nanoseconds kAltitudeValidity = std::chrono::seconds(60);
inline constexpr Nanoseconds kQualityValidity = std::chrono::seconds(60);  // NACp, SIL
// A transponder sends SPI for 18 s after the button (Annex 10 Vol IV 3.1.1.6.3); the bit is not in every message.
inline constexpr Nanoseconds kSpiValidity = std::chrono::seconds(20);

struct FusionSettings {
  // The radio's word counts until OpenSky's is newer by more than this.
  Nanoseconds prefer_radio = std::chrono::seconds(5);
  // What the radio is: kRadio, or kSim, which is never mixed with what OpenSky says of the real sky.
  RecordSource radio_source = RecordSource::kRadio;
};

// One aircraft as its two sides know it; at least one is not null.
struct Sides {
  const Aircraft* radio = nullptr;
  const CloudAircraft* cloud = nullptr;
};

// One picture out of two: each field with the moment when it was true and who said it. The texts point into the sides:
// valid as long as these are not touched. No allocation.
struct FusedAircraft {
  Sides sides;
  Field<std::string_view> callsign;
  Field<std::string_view> squawk;
  Field<GeoPosition> position;
  Field<double> baro_altitude_m;
  Field<double> geo_altitude_m;
  Field<double> ground_speed_mps;
  Field<double> true_track_deg;
  Field<double> vertical_rate_mps;
  Field<bool> on_ground;
  Field<bool> spi;
  Field<int> category;
  PositionSource position_source = PositionSource::kAdsb;
  BootTime last_contact{};
  bool last_contact_is_clouds = false;
  RecordSource source = RecordSource::kRadio;  // of the whole
  RecordFields from_opensky;                   // when fused: which fields OpenSky gave
};

// Field by field, the radio's value while it is valid and not older than OpenSky's by more than `prefer_radio`, else
// OpenSky's; speed and track go together. A position must also be in reach of the other side's: where no speed explains
// the way between the two, two consistent positions of the radio win, and a single one loses. What OpenSky alone knows
// is given as it stands. src/sky/README.md has the rules.
FusedAircraft fuse(Sides sides, const FusionSettings& settings);

// Whether an aircraft can have been at both places at their times; true where one side has no position to compare.
// OpenSky's times are up to 10 s (the resolution of its answers) from ours.
bool positions_agree(const Aircraft& radio, const CloudAircraft& cloud);

// Values only.
StateVector state_vector(const FusedAircraft& aircraft);

// The whole record but for its station and identity.
Record make_record(const FusedAircraft& aircraft);

}  // namespace airspool::sky
