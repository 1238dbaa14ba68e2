// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <variant>
#include <vector>

#include <airspool/sky/tracker.h>

#include "comm_b.h"
#include "declination.h"
#include "positioning.h"

namespace airspool::sky {
namespace {

using std::chrono::seconds;

// What an aircraft says of itself wins over what a ground station says about it for so long.
constexpr Nanoseconds kOwnWordHolds = seconds(30);

// The difference between the two altitudes changes with the weather, not with the flight: good for a while, so that
// each new pressure altitude also gives a new geometric one.
constexpr Nanoseconds kGeoMinusBaroMaxAge = seconds(30);
constexpr Nanoseconds kBaroMaxAgeForGeo = seconds(5);

// Weight of the newest message in the smoothed signal strength.
constexpr double kRssiWeight = 0.25;

// OpenSky's category (REST API, state vectors, index 17) of an emitter category (DO-260B 2.2.3.2.5.2). Set A (type code
// 4) is 2..8, B (3) is 9..15, C (2) is 16..20; code 0 of any set, and what the sets reserve, is "no information".
int opensky_category(const modes::Identification& message) {
  constexpr int kNoInformation = 1;
  const int code = message.category_code;
  if (code < 1 || code > 7) return kNoInformation;
  switch (message.category_set) {
    case 0xA:
      return code + 1;
    case 0xB:
      return code + 8;
    case 0xC:
      switch (code) {
        case 1:
          return 16;  // surface emergency vehicle
        case 3:
          return 17;  // surface service vehicle
        case 4:
        case 5:
        case 6:
          return code + 14;  // point, cluster, line obstacle
        default:
          return kNoInformation;
      }
    default:
      return kNoInformation;
  }
}

// Writes what one message says into its aircraft.
class Observation {
 public:
  Observation(Aircraft& aircraft, const modes::Message& message, BootTime time, const TrackerSettings& settings,
              TrackerCounts& counts)
      : aircraft_(aircraft),
        message_(message),
        source_(source_of(message.origin)),
        time_(time),
        settings_(settings),
        counts_(counts) {}

  void operator()(const modes::OtherSquitter&) const {}
  void operator()(const modes::ResolutionAdvisory&) const {}
  void operator()(const modes::AllCallReply&) const {}
  void operator()(const modes::CommD&) const {}

  void operator()(const modes::Identification& body) const {
    if (body.callsign.length > 0) aircraft_.callsign.set(std::string(body.callsign.view()), time_);
    aircraft_.category.set(opensky_category(body), time_);
  }

  void operator()(const modes::AirbornePosition& body) const {
    if (outranked()) return;
    aircraft_.on_ground.set(false, time_);
    aircraft_.spi.set(body.spi, time_);
    if (body.baro_altitude_m) set_baro_altitude(*body.baro_altitude_m);
    if (body.geo_altitude_m) aircraft_.geo_altitude_m.set(*body.geo_altitude_m, time_);
    if (body.cpr) take_position(modes::CprKind::kAirborne, *body.cpr, body.nic_b);
  }

  void operator()(const modes::CoarsePosition& body) const {
    if (outranked()) return;
    aircraft_.spi.set(body.spi, time_);
    if (body.baro_altitude_m) set_baro_altitude(*body.baro_altitude_m);
    if (body.ground_speed_mps) aircraft_.ground_speed_mps.set(*body.ground_speed_mps, time_);
    if (body.true_track_deg) aircraft_.true_track_deg.set(*body.true_track_deg, time_);
    observe_position(aircraft_, modes::CprKind::kAirborne, body.cpr, CprSource::kCoarseTisb, time_, settings_, counts_);
    if (aircraft_.position.value && aircraft_.position.time == time_) aircraft_.quality.position_typecode = 0;
  }

  void operator()(const modes::SurfacePosition& body) const {
    if (outranked()) return;
    aircraft_.on_ground.set(true, time_);
    if (body.ground_speed_mps) aircraft_.ground_speed_mps.set(*body.ground_speed_mps, time_);
    if (body.true_track_deg) aircraft_.true_track_deg.set(surface_track(*body.true_track_deg), time_);
    take_position(modes::CprKind::kSurface, body.cpr, std::nullopt);
  }

  void operator()(const modes::Velocity& body) const {
    if (outranked()) return;
    if (body.ground_speed_mps) aircraft_.ground_speed_mps.set(*body.ground_speed_mps, time_);
    if (body.true_track_deg) aircraft_.true_track_deg.set(*body.true_track_deg, time_);
    if (body.vertical_rate_mps) aircraft_.vertical_rate_mps.set(*body.vertical_rate_mps, time_);
    if (body.airspeed_mps) {
      (body.airspeed_is_true ? aircraft_.extended.true_airspeed_mps : aircraft_.extended.indicated_airspeed_mps)
          .set(body.airspeed_mps, time_);
    }
    if (body.geo_minus_baro_m) {
      aircraft_.geo_minus_baro_m.set(*body.geo_minus_baro_m, time_);
      if (aircraft_.baro_altitude_m.fresh(time_, kBaroMaxAgeForGeo)) derive_geo_altitude();
    }
  }

  void operator()(const modes::EmergencyStatus& body) const {
    if (outranked()) return;
    set_emergency(body.emergency);
    if (body.squawk) aircraft_.squawk.set(std::string(body.squawk->data(), body.squawk->size()), time_);
  }

  void operator()(const modes::TargetState& body) const {
    if (outranked()) return;
    aircraft_.extended.selected_altitude_m.set(body.selected_altitude_m, time_);
    if (body.emergency) set_emergency(*body.emergency);
  }

  void operator()(const modes::OperationalStatus& body) const {
    NavigationQuality& quality = aircraft_.quality;
    if (outranked() || time_ < quality.told) return;
    quality.told = time_;
    quality.version = body.version;
    quality.nac_p = body.nac_p;
    quality.sil = body.sil;
    quality.nic_a = body.nic_a;
    if (!body.on_surface) return;
    quality.nic_c = body.nic_c;
    quality.surface_track_is_magnetic_heading =
        body.surface_track_is_heading.value_or(false) && body.headings_magnetic.value_or(false);
  }

  void operator()(const modes::AltitudeReply& body) const {
    if (body.baro_altitude_m) set_baro_altitude(*body.baro_altitude_m);
    aircraft_.spi.set(body.spi, time_);
    if (body.mb) {
      observe_comm_b(aircraft_, *body.mb, message_.vertical_status, body.baro_altitude_m, time_, counts_);
    }
  }

  void operator()(const modes::AirAirReply& body) const {
    if (body.baro_altitude_m) set_baro_altitude(*body.baro_altitude_m);
  }

  void operator()(const modes::IdentityReply& body) const {
    aircraft_.squawk.set(std::string(body.squawk.data(), body.squawk.size()), time_);
    aircraft_.spi.set(body.spi, time_);
    if (body.mb) observe_comm_b(aircraft_, *body.mb, message_.vertical_status, std::nullopt, time_, counts_);
  }

 private:
  static CprSource source_of(modes::SquitterOrigin origin) {
    if (origin == modes::SquitterOrigin::kTisb) return CprSource::kTisb;
    return origin == modes::SquitterOrigin::kAdsr ? CprSource::kAdsr : CprSource::kAircraft;
  }

  void take_position(modes::CprKind kind, const modes::CprPosition& half, std::optional<bool> nic_b) const {
    observe_position(aircraft_, kind, half, source_, time_, settings_, counts_);
    const bool believed = aircraft_.position.value && aircraft_.position.time == time_;
    if (!believed) return;
    aircraft_.quality.position_typecode = message_.typecode.value_or(0);
    aircraft_.quality.nic_b = nic_b;
  }

  // On the ground an aircraft goes where its nose points; some send that instead of the track, as the compass has it.
  [[nodiscard]] double surface_track(double degrees) const {
    if (!aircraft_.quality.surface_track_is_magnetic_heading || !aircraft_.position.value) return degrees;
    return std::fmod(degrees + magnetic_declination_deg(*aircraft_.position.value) + 360.0, 360.0);
  }

  void set_emergency(modes::Emergency emergency) const {
    const auto known = emergency == modes::Emergency::kReserved
                           ? std::nullopt
                           : std::optional(static_cast<double>(static_cast<std::uint8_t>(emergency)));
    aircraft_.extended.emergency.set(known, time_);
  }

  // A ground station repeats what the aircraft itself has just told better.
  [[nodiscard]] bool outranked() const {
    return source_ != CprSource::kAircraft && aircraft_.position_source == PositionSource::kAdsb &&
           aircraft_.position.fresh(time_, kOwnWordHolds);
  }

  void set_baro_altitude(double altitude_m) const {
    aircraft_.baro_altitude_m.set(altitude_m, time_);
    if (aircraft_.geo_minus_baro_m.fresh(time_, kGeoMinusBaroMaxAge)) derive_geo_altitude();
  }

  void derive_geo_altitude() const {
    aircraft_.geo_altitude_m.set(*aircraft_.baro_altitude_m.value + *aircraft_.geo_minus_baro_m.value, time_);
  }

  Aircraft& aircraft_;
  const modes::Message& message_;
  CprSource source_;
  BootTime time_;
  const TrackerSettings& settings_;
  TrackerCounts& counts_;
};

}  // namespace

Tracker::Tracker(TrackerSettings settings) : settings_(settings) {}

void Tracker::observe(const modes::Message& message, float signal_dbfs, BootTime time) {
  ++counts_.messages;
  if (message.origin == modes::SquitterOrigin::kManagement || message.origin == modes::SquitterOrigin::kReserved) {
    ++counts_.messages_of_no_aircraft;
    return;
  }
  Aircraft& aircraft = find_or_create(message.address, time);
  if (!std::isnan(signal_dbfs)) {
    aircraft.rssi_dbfs =
        aircraft.rssi_dbfs ? *aircraft.rssi_dbfs + kRssiWeight * (signal_dbfs - *aircraft.rssi_dbfs) : signal_dbfs;
  }
  ++aircraft.messages;
  aircraft.last_seen = std::max(aircraft.last_seen, time);
  // What the transponder's own status says counts until the kind of position message says it better.
  if (message.vertical_status != modes::VerticalStatus::kUnknown) {
    aircraft.on_ground.set(message.vertical_status == modes::VerticalStatus::kOnGround, time);
  }
  std::visit(Observation(aircraft, message, time, settings_, counts_), message.body);
}

void Tracker::observe_better(Icao24 address, float was_dbfs, float is_dbfs) {
  const auto found = aircraft_.find(address);
  if (found == aircraft_.end()) return;
  std::optional<double>& rssi_dbfs = found->second.rssi_dbfs;
  if (!rssi_dbfs || (found->second.messages == 1 && !std::isnan(was_dbfs))) {
    rssi_dbfs = is_dbfs;
  } else {
    rssi_dbfs = *rssi_dbfs + kRssiWeight * (is_dbfs - (std::isnan(was_dbfs) ? *rssi_dbfs : was_dbfs));
  }
}

Aircraft& Tracker::find_or_create(Icao24 address, BootTime time) {
  if (const auto found = aircraft_.find(address); found != aircraft_.end()) return found->second;
  if (aircraft_.size() >= settings_.max_aircraft) make_room();
  Aircraft& aircraft = aircraft_[address];
  ++counts_.aircraft_new;
  aircraft.icao24 = address;
  aircraft.first_seen = time;
  aircraft.last_seen = time;
  return aircraft;
}

// Drops one in thirty-two at once, so that a flood of new addresses does not pay a search of the whole picture each.
// Those that were heard only once go first: a flood drowns itself, not the aircraft that fly.
void Tracker::make_room() {
  if (aircraft_.empty()) return;
  std::vector<std::tuple<bool, BootTime, Icao24>> by_age;
  by_age.reserve(aircraft_.size());
  for (const auto& [address, aircraft] : aircraft_) {
    by_age.emplace_back(aircraft.messages > 1, aircraft.last_seen, address);
  }
  const std::size_t drop = std::min(by_age.size(), 1 + settings_.max_aircraft / 32);
  const auto end_of_dropped = by_age.begin() + static_cast<std::ptrdiff_t>(drop);
  std::nth_element(by_age.begin(), end_of_dropped - 1, by_age.end());
  for (auto oldest = by_age.begin(); oldest != end_of_dropped; ++oldest) aircraft_.erase(std::get<Icao24>(*oldest));
  counts_.aircraft_dropped += drop;
}

void Tracker::expire(BootTime now) {
  std::erase_if(aircraft_, [&](const auto& entry) {
    const Aircraft& aircraft = entry.second;
    const bool gone = now - aircraft.last_seen > settings_.expire_after;
    if (gone && aircraft.messages == 1) ++counts_.aircraft_of_one_message;
    return gone;
  });
}

}  // namespace airspool::sky
