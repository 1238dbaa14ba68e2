// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace airspool {

// What a record carries only where it is asked for: `[sampling] fields`.
enum class ExtendedField : std::uint8_t {
  kSelectedAltitude,
  kRoll,
  kMach,
  kIndicatedAirspeed,
  kTrueAirspeed,
  kWind,
  kTemperature,
  kEmergency,
};

// Their names in the configuration, in the order of the enumerators.
inline constexpr std::array<std::string_view, 8> kExtendedFieldNames = {
    "selected_altitude", "roll", "mach", "indicated_airspeed", "true_airspeed", "wind", "temperature", "emergency"};

constexpr std::optional<ExtendedField> extended_field(std::string_view name) {
  for (std::size_t i = 0; i < kExtendedFieldNames.size(); ++i) {
    if (kExtendedFieldNames[i] == name) return static_cast<ExtendedField>(i);
  }
  return std::nullopt;
}

// A set of them.
class ExtendedFields {
 public:
  constexpr void add(ExtendedField field) { bits_ = static_cast<std::uint8_t>(bits_ | bit(field)); }
  [[nodiscard]] constexpr bool contains(ExtendedField field) const { return (bits_ & bit(field)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }

  friend constexpr bool operator==(ExtendedFields, ExtendedFields) = default;

 private:
  static constexpr unsigned bit(ExtendedField field) { return 1U << static_cast<unsigned>(field); }
  std::uint8_t bits_ = 0;
};

// An emergency as an aircraft declares it (DO-260B 2.2.3.2.7.8.1.1), by its number.
inline constexpr std::array<std::string_view, 7> kEmergencyNames = {
    "none", "general", "medical", "minimum_fuel", "no_communications", "unlawful_interference", "downed_aircraft"};

// Floats: what aircraft send has ten bits or so.
struct ExtendedState {
  std::optional<float> selected_altitude_m;  // of the autopilot or, failing that, the flight management system
  std::optional<float> roll_deg;             // right wing down is positive
  std::optional<float> mach;
  std::optional<float> indicated_airspeed_mps;
  std::optional<float> true_airspeed_mps;
  std::optional<float> wind_speed_mps;
  std::optional<float> wind_direction_deg;  // true, where it comes from
  std::optional<float> temperature_c;       // static air temperature
  std::optional<std::uint8_t> emergency;    // index of kEmergencyNames

  friend bool operator==(const ExtendedState&, const ExtendedState&) = default;
};

}  // namespace airspool
