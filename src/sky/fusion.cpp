// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <initializer_list>
#include <utility>

#include <airspool/modes/integrity.h>
#include <airspool/sky/country.h>
#include <airspool/sky/fusion.h>

namespace airspool::sky {
namespace {

using std::chrono::seconds;

// How far the moment of one of OpenSky's values may lie from where we put it: an answer's `time` is cut to 10 s for
// anonymous clients and 5 s for others, and the times of its values are whole seconds.
constexpr Nanoseconds kCloudTimeError = seconds(10);
// What a told speed may have grown by on the way, and how fast something is that did not tell it.
constexpr double kAirborneSpeedMarginMps = 150.0;
constexpr double kSurfaceSpeedMarginMps = 50.0;
constexpr double kAirborneUnknownMps = 700.0;
constexpr double kSurfaceUnknownMps = 120.0;
constexpr double kAirborneSlackM = 1'000.0;
constexpr double kSurfaceSlackM = 300.0;
// After so long a position says nothing about another one.
constexpr Nanoseconds kPositionMaxAge = seconds(300);
// So many positions in a row that fit each other make the radio's word on the place.
constexpr int kConsistent = 2;

// OpenSky's categories 0 and 1 say that nothing is known.
constexpr int kFirstTellingCategory = 2;

template <typename T>
Field<T> empty_unless(bool valid, Field<T> field) {
  return valid ? field : Field<T>{};
}

Field<std::string_view> view(const Field<std::string>& field) {
  if (!field.value) return {};
  return {std::string_view(*field.value), field.time, field.source};
}

template <typename T>
Field<T> told(std::optional<T> value, BootTime time) {
  return {value, time, RecordSource::kOpenSky};
}

Field<std::string_view> told_text(const std::string& text, BootTime time) {
  return told(text.empty() ? std::nullopt : std::optional<std::string_view>(text), time);
}

bool on_ground(const Aircraft& radio, const CloudAircraft& cloud) {
  return radio.on_ground.value.value_or(cloud.row.state.on_ground) && cloud.row.state.on_ground;
}

double top_speed_mps(const Aircraft& radio, const CloudAircraft& cloud, bool airborne) {
  std::optional<double> known;
  for (const auto& speed : {radio.ground_speed_mps.value, cloud.row.state.ground_speed_mps}) {
    if (speed) known = std::max(known.value_or(0.0), *speed);
  }
  if (!known) return airborne ? kAirborneUnknownMps : kSurfaceUnknownMps;
  return *known + (airborne ? kAirborneSpeedMarginMps : kSurfaceSpeedMarginMps);
}

class Merge {
 public:
  Merge(const Aircraft& radio, const CloudAircraft& cloud, const FusionSettings& settings)
      : radio_(radio), cloud_(cloud), row_(cloud.row), state_(cloud.row.state), settings_(settings) {
    out_.sides = {&radio, &cloud};
    out_.last_contact_is_clouds = row_.contact_at > radio.last_seen + settings.prefer_radio;
    out_.last_contact = out_.last_contact_is_clouds ? row_.contact_at : radio.last_seen;
  }

  FusedAircraft run() {
    take_identity();
    take_position();
    take_motion();
    note(out_.last_contact_is_clouds, {RecordField::kLastContact});
    if (!out_.last_contact_is_clouds) radio_gave_ = true;
    if (const auto ours = country_of(state_.icao24); !ours || ours->name != state_.origin_country) {
      note(!state_.origin_country.empty(), {RecordField::kOriginCountry});
    }
    if (!radio_gave_) {
      out_.source = RecordSource::kOpenSky;
    } else {
      out_.source = out_.from_opensky.empty() ? settings_.radio_source : RecordSource::kFused;
    }
    return out_;
  }

 private:
  // The rule of preference, for values of which both are valid.
  template <typename T>
  [[nodiscard]] bool radio_wins(const Field<T>& radio, const Field<T>& cloud) const {
    if (!cloud.value) return true;
    return radio.value && radio.time + settings_.prefer_radio >= cloud.time;
  }

  template <typename T>
  Field<T> pick(const Field<T>& radio, const Field<T>& cloud, RecordField field) {
    const bool clouds = !radio_wins(radio, cloud);
    note(clouds, {field});
    if (!clouds && radio.value) radio_gave_ = true;
    return clouds ? cloud : radio;
  }

  // Where both say the same it is the radio's own knowledge, whatever the times.
  template <typename T>
  Field<T> pick_lasting(const Field<T>& radio, const Field<T>& cloud, RecordField field) {
    return radio.value && radio.value == cloud.value ? pick(radio, {}, field) : pick(radio, cloud, field);
  }

  void note(bool clouds, std::initializer_list<RecordField> fields) {
    if (!clouds) return;
    for (const RecordField field : fields) out_.from_opensky.add(field);
  }

  template <typename T>
  [[nodiscard]] Field<T> valid(const Field<T>& field, Nanoseconds max_age) const {
    return empty_unless(field.fresh(out_.last_contact, max_age), field);
  }

  void take_identity() {
    out_.callsign =
        pick_lasting(view(radio_.callsign), told_text(state_.callsign, cloud_.callsign_since), RecordField::kCallsign);
    out_.squawk =
        pick_lasting(view(radio_.squawk), told_text(state_.squawk, cloud_.squawk_since), RecordField::kSquawk);
    const auto telling = [](Field<int> category) {
      return empty_unless(category.value.value_or(0) >= kFirstTellingCategory, category);
    };
    out_.category =
        pick_lasting(telling(radio_.category), telling(told(state_.category, row_.contact_at)), RecordField::kCategory);
    if (!out_.category.value) out_.category = radio_.category;
    out_.on_ground = pick_lasting(radio_.on_ground, told(std::optional(state_.on_ground), cloud_.on_ground_since),
                                  RecordField::kOnGround);
    // Only a set bit is a statement: most of OpenSky's rows come from messages that have none.
    const auto ident = state_.spi ? told(std::optional(true), row_.contact_at) : Field<bool>{};
    out_.spi = pick_lasting(valid(radio_.spi, kSpiValidity), valid(ident, kSpiValidity), RecordField::kSpi);
  }

  void take_position() {
    const Field<GeoPosition> told_place =
        row_.position_at ? told(state_.position, *row_.position_at) : Field<GeoPosition>{};
    Field<GeoPosition> radio = valid(radio_.position, kPositionValidity);
    Field<GeoPosition> cloud = valid(told_place, kPositionValidity);
    if (cloud.value && radio_.position.value && !positions_agree(radio_, cloud_)) {
      if (radio_.consistent_positions >= kConsistent) {
        cloud = {};
        radio_gave_ = true;  // its word, also where its own position is too old to be given out
      } else {
        radio = {};
      }
    }
    const bool clouds = !radio_wins(radio, cloud);
    out_.position = clouds ? cloud : radio;
    out_.position_source = clouds ? state_.position_source : radio_.position_source;
    if (!clouds && radio.value) radio_gave_ = true;
    note(clouds,
         {RecordField::kTimePosition, RecordField::kLongitude, RecordField::kLatitude, RecordField::kPositionSource});
  }

  void take_motion() {
    const BootTime at = row_.contact_at;
    out_.baro_altitude_m = pick(valid(radio_.baro_altitude_m, kAltitudeValidity),
                                valid(told(state_.baro_altitude_m, at), kAltitudeValidity), RecordField::kBaroAltitude);
    out_.geo_altitude_m = pick(valid(radio_.geo_altitude_m, kAltitudeValidity),
                               valid(told(state_.geo_altitude_m, at), kAltitudeValidity), RecordField::kGeoAltitude);
    out_.vertical_rate_mps =
        pick(valid(radio_.vertical_rate_mps, kVelocityValidity),
             valid(told(state_.vertical_rate_mps, at), kVelocityValidity), RecordField::kVerticalRate);
    // A speed and a track of different moments would be a way that nobody flew.
    const auto speed = valid(radio_.ground_speed_mps, kVelocityValidity);
    const auto track = valid(radio_.true_track_deg, kVelocityValidity);
    const auto told_speed = valid(told(state_.ground_speed_mps, at), kVelocityValidity);
    const auto told_track = valid(told(state_.true_track_deg, at), kVelocityValidity);
    const bool by_speed = speed.value || told_speed.value;
    const bool radio_leads = by_speed ? radio_wins(speed, told_speed) : radio_wins(track, told_track);
    out_.ground_speed_mps = radio_leads ? speed : told_speed;
    out_.true_track_deg = radio_leads ? track : told_track;
    if (radio_leads && (speed.value || track.value)) radio_gave_ = true;
    note(!radio_leads && told_speed.value, {RecordField::kVelocity});
    note(!radio_leads && told_track.value, {RecordField::kTrueTrack});
  }

  const Aircraft& radio_;
  const CloudAircraft& cloud_;
  const CloudRow& row_;
  const StateVector& state_;
  const FusionSettings& settings_;
  FusedAircraft out_;
  bool radio_gave_ = false;
};

FusedAircraft radio_alone(const Aircraft& radio, const FusionSettings& settings) {
  FusedAircraft out;
  const BootTime now = radio.last_seen;
  const auto valid = [now](const auto& field, Nanoseconds max_age) {
    return empty_unless(field.fresh(now, max_age), field);
  };
  out.sides.radio = &radio;
  out.callsign = view(radio.callsign);
  out.squawk = view(radio.squawk);
  out.position = valid(radio.position, kPositionValidity);
  out.baro_altitude_m = valid(radio.baro_altitude_m, kAltitudeValidity);
  out.geo_altitude_m = valid(radio.geo_altitude_m, kAltitudeValidity);
  out.ground_speed_mps = valid(radio.ground_speed_mps, kVelocityValidity);
  out.true_track_deg = valid(radio.true_track_deg, kVelocityValidity);
  out.vertical_rate_mps = valid(radio.vertical_rate_mps, kVelocityValidity);
  out.on_ground = radio.on_ground;
  out.spi = valid(radio.spi, kSpiValidity);
  out.category = radio.category;
  out.position_source = radio.position_source;
  out.last_contact = now;
  out.source = settings.radio_source;
  return out;
}

// As given, whatever its age.
FusedAircraft cloud_alone(const CloudAircraft& cloud) {
  FusedAircraft out;
  const CloudRow& row = cloud.row;
  const StateVector& state = row.state;
  const BootTime at = row.contact_at;
  out.sides.cloud = &cloud;
  out.callsign = told_text(state.callsign, cloud.callsign_since);
  out.squawk = told_text(state.squawk, cloud.squawk_since);
  out.position = told(state.position, row.position_at.value_or(at));
  out.baro_altitude_m = told(state.baro_altitude_m, at);
  out.geo_altitude_m = told(state.geo_altitude_m, at);
  out.ground_speed_mps = told(state.ground_speed_mps, at);
  out.true_track_deg = told(state.true_track_deg, at);
  out.vertical_rate_mps = told(state.vertical_rate_mps, at);
  out.on_ground = told(std::optional(state.on_ground), at);
  out.spi = told(std::optional(state.spi), at);
  out.category = told(state.category, at);
  out.position_source = state.position_source;
  out.last_contact = at;
  out.last_contact_is_clouds = true;
  out.source = RecordSource::kOpenSky;
  return out;
}

// Of the radio's position alone: what OpenSky gives says nothing of its quality.
void take_quality(const FusedAircraft& aircraft, StateVector& state) {
  const NavigationQuality& quality = aircraft.sides.radio->quality;
  if (quality.version) state.adsb_version = *quality.version;
  if (!aircraft.position.value || aircraft.position.source == RecordSource::kOpenSky) return;
  const modes::Integrity integrity =
      modes::integrity_of(quality.position_typecode, {quality.version, quality.nic_a, quality.nic_b, quality.nic_c});
  state.nic = integrity.nic;
  state.rc_m = integrity.rc_m;
  if (aircraft.last_contact - quality.told > kQualityValidity) return;
  if (quality.nac_p) state.nac_p = *quality.nac_p;
  if (quality.sil) state.sil = *quality.sil;
}

}  // namespace

bool positions_agree(const Aircraft& radio, const CloudAircraft& cloud) {
  const CloudRow& row = cloud.row;
  if (!radio.position.value || !row.state.position || !row.position_at) return true;
  const Nanoseconds apart = std::max(radio.position.time, *row.position_at) -  //
                            std::min(radio.position.time, *row.position_at);
  if (apart > kPositionMaxAge) return true;
  const bool airborne = !on_ground(radio, cloud);
  const double reach_m =
      (airborne ? kAirborneSlackM : kSurfaceSlackM) +
      top_speed_mps(radio, cloud, airborne) * std::chrono::duration<double>(apart + kCloudTimeError).count();
  return distance_m(*radio.position.value, *row.state.position) <= reach_m;
}

FusedAircraft fuse(Sides sides, const FusionSettings& settings) {
  if (sides.cloud == nullptr) return radio_alone(*sides.radio, settings);
  if (sides.radio == nullptr) return cloud_alone(*sides.cloud);
  FusedAircraft both = Merge(*sides.radio, *sides.cloud, settings).run();
  // Nothing of the radio's counts any more: what OpenSky says is repeated as it stands.
  return both.source == RecordSource::kOpenSky ? cloud_alone(*sides.cloud) : both;
}

StateVector state_vector(const FusedAircraft& aircraft) {
  const auto [radio, cloud] = aircraft.sides;
  if (aircraft.source == RecordSource::kOpenSky) return cloud->row.state;
  StateVector state;
  state.icao24 = radio->icao24;
  state.callsign = aircraft.callsign.value.value_or(std::string_view());
  state.squawk = aircraft.squawk.value.value_or(std::string_view());
  if (const auto country = country_of(state.icao24)) {
    state.origin_country = country->name;
    state.country_code = country->iso2;
  }
  if (cloud != nullptr && !cloud->row.state.origin_country.empty()) {
    state.origin_country = cloud->row.state.origin_country;
  }
  if (aircraft.source == RecordSource::kFused) state.sensors = cloud->row.state.sensors;
  state.position = aircraft.position.value;
  state.baro_altitude_m = aircraft.baro_altitude_m.value;
  state.geo_altitude_m = aircraft.geo_altitude_m.value;
  state.ground_speed_mps = aircraft.ground_speed_mps.value;
  state.true_track_deg = aircraft.true_track_deg.value;
  state.vertical_rate_mps = aircraft.vertical_rate_mps.value;
  state.on_ground = aircraft.on_ground.value.value_or(false);
  state.spi = aircraft.spi.value.value_or(false);
  state.position_source = aircraft.position_source;
  state.category = aircraft.category.value;
  state.rssi_dbfs = radio->rssi_dbfs;
  take_quality(aircraft, state);
  return state;
}

Record make_record(const FusedAircraft& aircraft) {
  const auto [radio, cloud] = aircraft.sides;
  Record record;
  record.state = state_vector(aircraft);
  record.source = aircraft.source;
  if (aircraft.source == RecordSource::kOpenSky) {
    if (cloud->row.time_position) record.time_position = *cloud->row.time_position;
    record.last_contact = cloud->row.last_contact;
    record.received = cloud->received;
    return record;
  }
  if (aircraft.position.value) {
    if (aircraft.position.source == RecordSource::kOpenSky) {
      record.time_position = *cloud->row.time_position;
    } else {
      record.time_position = aircraft.position.time;
    }
  }
  if (aircraft.last_contact_is_clouds) {
    record.last_contact = cloud->row.last_contact;
  } else {
    record.last_contact = aircraft.last_contact;
  }
  record.received = radio->last_seen;
  if (aircraft.source == RecordSource::kFused) {
    record.from_opensky = aircraft.from_opensky;
    if (!record.state.sensors.empty()) record.from_opensky.add(RecordField::kSensors);
    record.received = std::max(record.received, cloud->received);
  }
  return record;
}

}  // namespace airspool::sky
