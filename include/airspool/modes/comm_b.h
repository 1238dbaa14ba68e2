// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include <airspool/modes/message.h>

namespace airspool::modes {

// The MB field of a Comm-B reply (DF20, DF21) is the content of a register that only the radar which asked for it
// knows. Here it is inferred. Registers are written as numbers: 0x40 is BDS 4,0 (ICAO Doc 9871). SI units and degrees;
// an empty optional is what the aircraft marked as not available. Pure functions, no allocation, any thread.

// BDS 1,0: data link capability.
struct DataLinkCapability {
  bool continues = false;        // there is a register 1,1
  bool overlay_command = false;  // OCC
  bool acas = false;
  std::uint8_t subnetwork_version = 0;  // Mode S subnetwork
  bool enhanced_protocol = false;       // level 5 transponder
  bool specific_services = false;
  std::uint8_t uplink_elm = 0;
  std::uint8_t downlink_elm = 0;
  bool identification = false;           // can send its callsign
  bool squitter = false;                 // SCS: registers 0,5 and 0,6 are kept up
  bool surveillance_identifier = false;  // SIC: knows SI codes
  bool common_usage = false;             // register 1,7 has changed when this toggles
  std::uint8_t acas_bits = 0;            // bits 37-40
  std::uint16_t terminals = 0;           // bits 41-56, one a terminal of data link
};

// BDS 1,7, 1,8, 1,9: which registers are there. Ascending.
struct RegisterList {
  std::array<std::uint8_t, 56> registers{};
  std::uint8_t count = 0;

  [[nodiscard]] std::span<const std::uint8_t> view() const { return {registers.data(), count}; }
};

// BDS 2,0, and 0,8 without its category.
struct CommBIdentification {
  Callsign callsign;
};

// BDS 2,1.
struct Registration {
  Callsign registration;  // seven characters at most
  Callsign airline;       // two
};

// BDS 4,0: selected vertical intention.
struct VerticalIntention {
  std::optional<double> mcp_altitude_m;
  std::optional<double> fms_altitude_m;
  std::optional<double> baro_setting_hpa;
  std::optional<bool> vnav;
  std::optional<bool> altitude_hold;
  std::optional<bool> approach;
  AltitudeSource target_source = AltitudeSource::kUnknown;
};

// BDS 4,4: meteorological routine report.
struct RoutineWeather {
  std::uint8_t source = 0;  // 1 INS, 2 GNSS, 3 DME/DME, 4 VOR/DME
  std::optional<double> wind_speed_mps;
  std::optional<double> wind_direction_deg;  // where it comes from
  std::optional<double> temperature_c;
  std::optional<double> pressure_hpa;
  std::optional<std::uint8_t> turbulence;  // 0 nil, 1 light, 2 moderate, 3 severe
  std::optional<double> humidity_percent;
};

// BDS 4,5: meteorological hazard report. Levels as of turbulence.
struct HazardWeather {
  std::optional<std::uint8_t> turbulence;
  std::optional<std::uint8_t> wind_shear;
  std::optional<std::uint8_t> microburst;
  std::optional<std::uint8_t> icing;
  std::optional<std::uint8_t> wake_vortex;
  std::optional<double> temperature_c;
  std::optional<double> pressure_hpa;
  std::optional<double> radio_height_m;
};

// BDS 5,0: track and turn.
struct TrackAndTurn {
  std::optional<double> roll_deg;  // right wing down is positive
  std::optional<double> true_track_deg;
  std::optional<double> ground_speed_mps;
  std::optional<double> track_rate_deg_per_s;
  std::optional<double> true_airspeed_mps;
};

// BDS 6,0: heading and speed.
struct HeadingAndSpeed {
  std::optional<double> magnetic_heading_deg;
  std::optional<double> indicated_airspeed_mps;
  std::optional<double> mach;
  std::optional<double> baro_vertical_rate_mps;
  std::optional<double> inertial_vertical_rate_mps;
};

using RegisterContent = std::variant<std::monostate, DataLinkCapability, RegisterList, CommBIdentification,
                                     Registration, ResolutionAdvisory, VerticalIntention, RoutineWeather, HazardWeather,
                                     TrackAndTurn, HeadingAndSpeed, Identification, AirbornePosition, SurfacePosition,
                                     Velocity, EmergencyStatus, TargetState, OperationalStatus>;

// What else is known of the aircraft at that moment, not older than some seconds; each makes the answer surer.
struct CommBContext {
  VerticalStatus vertical_status = VerticalStatus::kUnknown;
  std::optional<double> baro_altitude_m;  // DF20 carries it
  std::optional<double> ground_speed_mps;
  std::optional<double> true_track_deg;
  std::optional<double> vertical_rate_mps;
  Callsign callsign;  // empty = not known
};

struct CommBCandidate {
  std::uint8_t bds = 0;
  double probability = 0.0;
};

// Which registers the field can be, the likeliest first. All zero is the answer to a request for a register that is not
// there, and no register.
struct CommBInference {
  static constexpr std::size_t kMaxCandidates = 6;

  std::array<CommBCandidate, kMaxCandidates> candidates{};
  std::uint8_t count = 0;
  bool certain = false;  // the first, and it alone, is believed

  [[nodiscard]] std::span<const CommBCandidate> view() const { return {candidates.data(), count}; }
  [[nodiscard]] std::optional<std::uint8_t> bds() const {
    return certain ? std::optional(candidates[0].bds) : std::nullopt;
  }
};

// Every register is weighed by what its layout demands (reserved bits, fields that are zero when marked invalid), by
// what values fly, by how these fit each other (roll, turn and speed; Mach number, airspeed and altitude), and by the
// context. src/modes/README.md says how well it does.
CommBInference infer_register(const MbField& mb, const CommBContext& context);

// The field read as this register; monostate for one that is not decoded here.
RegisterContent decode_register(std::uint8_t bds, const MbField& mb);

}  // namespace airspool::modes
