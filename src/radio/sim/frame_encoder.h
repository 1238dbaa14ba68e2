// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include <airspool/core/geo.h>

#include "sim/altitude_code.h"

// The simulator's own way from meaning to bits. It shares nothing with the decoder on purpose: an error made twice in
// the same way would show in no test.
namespace airspool::radio::sim {

// One Mode S message. Value type.
struct EncodedFrame {
  std::array<std::uint8_t, 14> bytes{};
  std::uint8_t length = 14;  // 7 or 14

  [[nodiscard]] std::span<const std::uint8_t> span() const { return {bytes.data(), length}; }
};

// The 56-bit payload of an extended squitter (ME) or a Comm-B reply (MB).
using Payload = std::array<std::uint8_t, 7>;

// The parity of the bits before the last 24 (Annex 10 Vol IV 3.1.2.3.3: generator 1FFF409 hex). `bytes` without parity.
std::uint32_t parity_24(std::span<const std::uint8_t> bytes);

// --- messages (Annex 10 Vol IV 3.1.2.5 to 3.1.2.8) ---
EncodedFrame short_air_air(bool on_ground, std::uint16_t ac13, std::uint32_t address);                       // DF0
EncodedFrame long_air_air(bool on_ground, std::uint16_t ac13, std::uint32_t address);                        // DF16
EncodedFrame altitude_reply(bool on_ground, std::uint16_t ac13, std::uint32_t address);                      // DF4
EncodedFrame identity_reply(bool on_ground, std::uint16_t id13, std::uint32_t address);                      // DF5
EncodedFrame comm_b_altitude(bool on_ground, std::uint16_t ac13, const Payload& mb, std::uint32_t address);  // DF20
EncodedFrame comm_b_identity(bool on_ground, std::uint16_t id13, const Payload& mb, std::uint32_t address);  // DF21
// DF11; interrogator 0 is an acquisition squitter, else the code (CL and IC, 7 bits) of the interrogator answered.
EncodedFrame all_call_reply(unsigned capability, std::uint32_t address, unsigned interrogator);
// DF17 with a capability, DF18 with a control field, in the three bits after the format.
EncodedFrame extended_squitter(unsigned format, unsigned capability, std::uint32_t address, const Payload& me);

// --- extended squitter payloads (DO-260B 2.2.3.2) ---
Payload identification(unsigned type_code, unsigned category, std::string_view callsign);
Payload airborne_position(unsigned type_code, std::uint16_t ac12, GeoPosition position, bool odd);
Payload surface_position(unsigned type_code, double ground_speed_kt, double track_deg, GeoPosition position, bool odd);

struct Velocity {
  double east_kt = 0.0;
  double north_kt = 0.0;
  double vertical_rate_fpm = 0.0;
  bool barometric = true;          // the source of the vertical rate
  double geo_minus_baro_ft = 0.0;  // height above the ellipsoid over pressure altitude
  bool ifr_capable = true;
  unsigned accuracy = 2;  // NACv
};
Payload airborne_velocity(const Velocity& velocity);  // type 19, subtype 1

// Type 31 of version 2: subtype 0 airborne, 1 surface.
Payload operational_status(bool on_ground, unsigned nac_p, unsigned sil);

// The code of a speed over ground, 1 .. 124 (DO-260B table 2-15).
unsigned movement_code(double ground_speed_kt);

// --- Comm-B registers (Doc 9871 table A-2-x) ---
Payload bds20_identification(std::string_view callsign);
Payload bds40_selected_intention(double selected_altitude_ft, double pressure_hpa);
Payload bds50_track_and_turn(double roll_deg, double track_deg, double ground_speed_kt, double turn_dps, double tas_kt);
Payload bds60_heading_and_speed(double heading_deg, double ias_kt, double mach, double vertical_rate_fpm);

}  // namespace airspool::radio::sim
