// SPDX-License-Identifier: Apache-2.0
#include "sim/frame_encoder.h"

#include <cmath>
#include <cstddef>

#include "sim/bit_writer.h"
#include "sim/cpr_encoder.h"

namespace airspool::radio::sim {
namespace {

EncodedFrame frame_of_length(std::uint8_t length) {
  EncodedFrame frame;
  frame.length = length;
  return frame;
}

void put_payload(BitWriter& bits, const Payload& payload) {
  for (const std::uint8_t byte : payload) bits.put(8, byte);
}

// Writes the last 24 bits: the parity, overlaid with an address or an interrogator code.
EncodedFrame& close(EncodedFrame& frame, std::uint32_t overlay) {
  const std::size_t data = frame.length - 3U;
  const std::uint32_t parity = parity_24({frame.bytes.data(), data}) ^ overlay;
  frame.bytes[data] = static_cast<std::uint8_t>(parity >> 16U);
  frame.bytes[data + 1] = static_cast<std::uint8_t>(parity >> 8U);
  frame.bytes[data + 2] = static_cast<std::uint8_t>(parity);
  return frame;
}

// DF4, 5, 20, 21: DF, flight status, downlink request 0, utility message 0, then a 13-bit code.
EncodedFrame surveillance(unsigned format, bool on_ground, std::uint16_t code, const Payload* mb,
                          std::uint32_t address) {
  EncodedFrame frame = frame_of_length(mb != nullptr ? 14 : 7);
  BitWriter bits(frame.bytes);
  bits.put(5, format).put(3, on_ground ? 1 : 0).put(5, 0).put(6, 0).put(13, code);
  if (mb != nullptr) put_payload(bits, *mb);
  return close(frame, address);
}

constexpr unsigned kSensitivityLevel = 7;  // TCAS above FL100
constexpr unsigned kReplyInformation = 3;  // TCAS with vertical resolution

// The 6-bit alphabet of Annex 10 Vol IV table 3-9; what it lacks is sent as a space.
std::uint32_t character(char letter) {
  if (letter >= 'A' && letter <= 'Z') return static_cast<std::uint32_t>(letter - 'A') + 1U;
  if (letter >= '0' && letter <= '9') return static_cast<std::uint32_t>(letter - '0') + 48U;
  return 32;
}

void put_callsign(BitWriter& bits, std::string_view callsign) {
  for (std::size_t i = 0; i < 8; ++i) bits.put(6, character(i < callsign.size() ? callsign[i] : ' '));
}

void put_position(BitWriter& bits, GeoPosition position, bool odd, CprKind kind) {
  const CprCode code = encode_cpr(position, odd, kind);
  bits.put(1, 0).put(1, odd ? 1 : 0).put(17, code.latitude).put(17, code.longitude);
}

// Sign bit (1 = negative), then magnitude + 1; a magnitude beyond the field is sent as its last value ("more than").
void put_sign_magnitude(BitWriter& bits, unsigned width, double value, double step) {
  const double most = static_cast<double>((1U << width) - 1U);
  const double code = std::clamp(std::floor(std::fabs(value) / step + 0.5) + 1.0, 1.0, most);
  bits.put(1, value < 0.0 ? 1 : 0).put(width, static_cast<std::uint32_t>(code));
}

// [-180, 180), as the signed angles of Comm-B registers are sent
double signed_angle(double degrees) { return degrees - 360.0 * std::floor((degrees + 180.0) / 360.0); }

}  // namespace

std::uint32_t parity_24(std::span<const std::uint8_t> bytes) {
  constexpr std::uint32_t kGenerator = 0x1FFF409;
  std::uint32_t remainder = 0;
  for (const std::uint8_t byte : bytes) {
    remainder ^= static_cast<std::uint32_t>(byte) << 16U;
    for (int bit = 0; bit < 8; ++bit) {
      remainder <<= 1U;
      if ((remainder & 0x1000000U) != 0) remainder ^= kGenerator;
    }
  }
  return remainder;
}

EncodedFrame short_air_air(bool on_ground, std::uint16_t ac13, std::uint32_t address) {
  EncodedFrame frame = frame_of_length(7);
  // DF, VS, CC (crosslink capable), spare, SL, spare, RI, spare, AC
  BitWriter(frame.bytes)
      .put(5, 0)
      .put(1, on_ground ? 1 : 0)
      .put(1, 1)
      .put(1, 0)
      .put(3, kSensitivityLevel)
      .put(2, 0)
      .put(4, kReplyInformation)
      .put(2, 0)
      .put(13, ac13);
  return close(frame, address);
}

EncodedFrame long_air_air(bool on_ground, std::uint16_t ac13, std::uint32_t address) {
  EncodedFrame frame = frame_of_length(14);
  // DF, VS, spare, SL, spare, RI, spare, AC, MV: register 3,0 without an active resolution advisory
  BitWriter(frame.bytes)
      .put(5, 16)
      .put(1, on_ground ? 1 : 0)
      .put(2, 0)
      .put(3, kSensitivityLevel)
      .put(2, 0)
      .put(4, kReplyInformation)
      .put(2, 0)
      .put(13, ac13)
      .put(8, 0x30);
  return close(frame, address);
}

EncodedFrame altitude_reply(bool on_ground, std::uint16_t ac13, std::uint32_t address) {
  return surveillance(4, on_ground, ac13, nullptr, address);
}
EncodedFrame identity_reply(bool on_ground, std::uint16_t id13, std::uint32_t address) {
  return surveillance(5, on_ground, id13, nullptr, address);
}
EncodedFrame comm_b_altitude(bool on_ground, std::uint16_t ac13, const Payload& mb, std::uint32_t address) {
  return surveillance(20, on_ground, ac13, &mb, address);
}
EncodedFrame comm_b_identity(bool on_ground, std::uint16_t id13, const Payload& mb, std::uint32_t address) {
  return surveillance(21, on_ground, id13, &mb, address);
}

EncodedFrame all_call_reply(unsigned capability, std::uint32_t address, unsigned interrogator) {
  EncodedFrame frame = frame_of_length(7);
  BitWriter(frame.bytes).put(5, 11).put(3, capability).put(24, address);
  return close(frame, interrogator & 0x7FU);
}

EncodedFrame extended_squitter(unsigned format, unsigned capability, std::uint32_t address, const Payload& me) {
  EncodedFrame frame = frame_of_length(14);
  BitWriter bits(frame.bytes);
  bits.put(5, format).put(3, capability).put(24, address);
  put_payload(bits, me);
  return close(frame, 0);
}

Payload identification(unsigned type_code, unsigned category, std::string_view callsign) {
  Payload me{};
  BitWriter bits(me);
  bits.put(5, type_code).put(3, category);
  put_callsign(bits, callsign);
  return me;
}

Payload airborne_position(unsigned type_code, std::uint16_t ac12, GeoPosition position, bool odd) {
  Payload me{};
  BitWriter bits(me);
  bits.put(5, type_code).put(2, 0).put(1, 0).put(12, ac12);  // type, surveillance status, NIC supplement B, altitude
  put_position(bits, position, odd, CprKind::kAirborne);
  return me;
}

unsigned movement_code(double ground_speed_kt) {
  const double v = ground_speed_kt;
  const auto steps = [v](double from, double step) { return static_cast<unsigned>(std::floor((v - from) / step)); };
  if (v < 0.125) return 1;
  if (v < 1.0) return 2 + steps(0.125, 0.125);
  if (v < 2.0) return 9 + steps(1.0, 0.25);
  if (v < 15.0) return 13 + steps(2.0, 0.5);
  if (v < 70.0) return 39 + steps(15.0, 1.0);
  if (v < 100.0) return 94 + steps(70.0, 2.0);
  if (v < 175.0) return 109 + steps(100.0, 5.0);
  return 124;
}

Payload surface_position(unsigned type_code, double ground_speed_kt, double track_deg, GeoPosition position, bool odd) {
  Payload me{};
  BitWriter bits(me);
  const auto track = static_cast<std::uint32_t>(std::floor(track_deg * 128.0 / 360.0 + 0.5)) & 0x7FU;
  bits.put(5, type_code).put(7, movement_code(ground_speed_kt)).put(1, 1).put(7, track);
  put_position(bits, position, odd, CprKind::kSurface);
  return me;
}

Payload airborne_velocity(const Velocity& velocity) {
  Payload me{};
  BitWriter bits(me);
  bits.put(5, 19).put(3, 1).put(1, 0).put(1, velocity.ifr_capable ? 1 : 0).put(3, velocity.accuracy);
  put_sign_magnitude(bits, 10, velocity.east_kt, 1.0);
  put_sign_magnitude(bits, 10, velocity.north_kt, 1.0);
  bits.put(1, velocity.barometric ? 1 : 0);
  put_sign_magnitude(bits, 9, velocity.vertical_rate_fpm, 64.0);
  bits.put(2, 0);
  put_sign_magnitude(bits, 7, velocity.geo_minus_baro_ft, 25.0);
  return me;
}

Payload operational_status(bool on_ground, unsigned nac_p, unsigned sil) {
  Payload me{};
  BitWriter bits(me);
  // type, subtype, capability class (1090ES in), operational mode (single antenna 0, design assurance 2), version 2
  bits.put(5, 31).put(3, on_ground ? 1 : 0).put(16, 0x1000).put(16, 0x0200).put(3, 2);
  // NIC supplement A, NACp, geometric vertical accuracy (airborne), SIL, barometric integrity or heading reference
  bits.put(1, 0).put(4, nac_p).put(2, on_ground ? 0 : 2).put(2, sil).put(1, on_ground ? 0 : 1);
  return me;
}

Payload bds20_identification(std::string_view callsign) {
  Payload mb{};
  BitWriter bits(mb);
  bits.put(8, 0x20);
  put_callsign(bits, callsign);
  return mb;
}

Payload bds40_selected_intention(double selected_altitude_ft, double pressure_hpa) {
  Payload mb{};
  BitWriter bits(mb);
  bits.put_unsigned(12, selected_altitude_ft, 16.0);           // on the mode control panel
  bits.put_unsigned(12, selected_altitude_ft, 16.0);           // in the flight management system
  bits.put_unsigned(12, pressure_hpa - 800.0, 0.1).put(8, 0);  // pressure setting, reserved
  return mb;
}

Payload bds50_track_and_turn(double roll_deg, double track_deg, double ground_speed_kt, double turn_dps,
                             double tas_kt) {
  Payload mb{};
  BitWriter(mb)
      .put_signed(10, roll_deg, 45.0 / 256.0)
      .put_signed(11, signed_angle(track_deg), 90.0 / 512.0)
      .put_unsigned(10, ground_speed_kt, 2.0)
      .put_signed(10, turn_dps, 8.0 / 256.0)
      .put_unsigned(10, tas_kt, 2.0);
  return mb;
}

Payload bds60_heading_and_speed(double heading_deg, double ias_kt, double mach, double vertical_rate_fpm) {
  Payload mb{};
  BitWriter(mb)
      .put_signed(11, signed_angle(heading_deg), 90.0 / 512.0)
      .put_unsigned(10, ias_kt, 1.0)
      .put_unsigned(10, mach, 2.048 / 512.0)
      .put_signed(10, vertical_rate_fpm, 32.0)
      .put_signed(10, vertical_rate_fpm, 32.0);
  return mb;
}

}  // namespace airspool::radio::sim
