// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include <airspool/sky/extended.h>

namespace airspool::sky {

ExtendedState extended_state(const Aircraft& aircraft, ExtendedFields fields, BootTime now) {
  ExtendedState state;
  if (fields.empty()) return state;
  const ExtendedReadings& readings = aircraft.extended;
  const auto take = [&](ExtendedField field, const Reading& reading, std::optional<float>& to) {
    if (fields.contains(field)) to = reading.at(now, kExtendedValidity);
  };
  take(ExtendedField::kSelectedAltitude, readings.selected_altitude_m, state.selected_altitude_m);
  take(ExtendedField::kRoll, readings.roll_deg, state.roll_deg);
  take(ExtendedField::kMach, readings.mach, state.mach);
  take(ExtendedField::kIndicatedAirspeed, readings.indicated_airspeed_mps, state.indicated_airspeed_mps);
  take(ExtendedField::kTrueAirspeed, readings.true_airspeed_mps, state.true_airspeed_mps);
  take(ExtendedField::kWind, readings.wind_speed_mps, state.wind_speed_mps);
  take(ExtendedField::kWind, readings.wind_direction_deg, state.wind_direction_deg);
  take(ExtendedField::kTemperature, readings.temperature_c, state.temperature_c);
  if (const auto emergency = readings.emergency.at(now, kExtendedValidity);
      emergency && fields.contains(ExtendedField::kEmergency)) {
    state.emergency = static_cast<std::uint8_t>(*emergency);
  }
  return state;
}

}  // namespace airspool::sky
