// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string_view>

#include <airspool/sky/said.h>

namespace airspool::sky {
namespace {

// As spool/record_codec.h prints them.
constexpr double kPerDegree = 1e5;
constexpr double kPerUnit = 1e2;

double rounded(double value, double per_unit) { return std::round(value * per_unit) / per_unit; }

std::optional<double> rounded(const Field<double>& field) {
  if (!field.value) return std::nullopt;
  return rounded(*field.value, kPerUnit);
}

template <std::size_t N>
std::array<char, N> characters(const Field<std::string_view>& field) {
  std::array<char, N> out{};
  const std::string_view text = field.value.value_or(std::string_view());
  std::copy_n(text.begin(), std::min(text.size(), N), out.begin());
  return out;
}

}  // namespace

Said said_of(const FusedAircraft& aircraft) {
  Said said;
  said.callsign = characters<8>(aircraft.callsign);
  said.squawk = characters<4>(aircraft.squawk);
  said.position = aircraft.position.value;
  if (said.position && aircraft.position.source != RecordSource::kOpenSky) {
    said.position->latitude_deg = rounded(said.position->latitude_deg, kPerDegree);
    said.position->longitude_deg = rounded(said.position->longitude_deg, kPerDegree);
  }
  said.baro_altitude_m = rounded(aircraft.baro_altitude_m);
  said.geo_altitude_m = rounded(aircraft.geo_altitude_m);
  said.ground_speed_mps = rounded(aircraft.ground_speed_mps);
  said.true_track_deg = rounded(aircraft.true_track_deg);
  said.vertical_rate_mps = rounded(aircraft.vertical_rate_mps);
  said.on_ground = aircraft.on_ground.value.value_or(false);
  said.spi = aircraft.spi.value.value_or(false);
  said.position_source = aircraft.position_source;
  said.category = aircraft.category.value;
  return said;
}

}  // namespace airspool::sky
