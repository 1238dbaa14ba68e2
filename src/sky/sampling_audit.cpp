// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>

#include <airspool/sky/sampling_audit.h>

namespace airspool::sky {
namespace {

double with_decimals(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

std::optional<double> printed(const std::optional<double>& value) {
  if (!value) return std::nullopt;
  return with_decimals(*value, 1e2);
}

WallTime printed(WallTime time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

}  // namespace

void ErrorHistogram::add(double error) {
  ++bins_[std::min(static_cast<std::size_t>(error / bin_width_), kBins - 1)];
  ++count_;
  max_ = std::max(max_, error);
}

double ErrorHistogram::percentile(double share) const {
  const auto wanted = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t below = 0;
  for (std::size_t bin = 0; bin < bins_.size(); ++bin) {
    below += bins_[bin];
    if (below >= wanted) return std::min(static_cast<double>(bin + 1) * bin_width_, max_);
  }
  return max_;
}

void SamplingAudit::told(const Record& record) {
  const StateVector& state = record.state;
  Known& known = known_[state.icao24];
  known.motion = {state.position, printed(state.ground_speed_mps), printed(state.true_track_deg),
                  printed(state.baro_altitude_m ? state.baro_altitude_m : state.geo_altitude_m),
                  printed(state.vertical_rate_mps)};
  if (auto& place = known.motion.position; place && record.source != RecordSource::kOpenSky) {
    *place = {with_decimals(place->latitude_deg, 1e5), with_decimals(place->longitude_deg, 1e5)};
  }
  if (record.time_position) known.position_at = printed(record.time_position->on(calendar_));
  known.contact_at = printed(record.last_contact.on(calendar_));
}

void SamplingAudit::tracked(const FusedAircraft& aircraft) {
  const auto radio = aircraft.sides.radio;
  const auto found = radio == nullptr ? known_.end() : known_.find(radio->icao24);
  if (found == known_.end()) return;
  Known& known = found->second;
  if (const auto& place = aircraft.position; place.value && place.time != known.position_seen) {
    known.position_seen = place.time;
    if (const auto reckoned = position_after(known.motion, calendar_.at(place.time) - known.position_at)) {
      position_error_.add(distance_m(*reckoned, *place.value));
    }
  }
  const auto& altitude = aircraft.baro_altitude_m.value ? aircraft.baro_altitude_m : aircraft.geo_altitude_m;
  if (altitude.value && altitude.time != known.altitude_seen) {
    known.altitude_seen = altitude.time;
    if (const auto reckoned = altitude_after(known.motion, calendar_.at(altitude.time) - known.contact_at)) {
      altitude_error_.add(std::abs(*reckoned - *altitude.value));
    }
  }
}

}  // namespace airspool::sky
