// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <airspool/core/icao24.h>
#include <airspool/modes/cpr.h>
#include <airspool/modes/frame.h>

namespace airspool::modes {

// What a frame says, in SI units and degrees. Every optional is empty when the transponder said "not available".
// Plain values, trivially copyable, no allocation.

// Eight characters of the 6-bit alphabet (ICAO Annex 10 Vol IV table 3-9), trailing spaces removed.
struct Callsign {
  std::array<char, 8> characters{};
  std::uint8_t length = 0;

  [[nodiscard]] std::string_view view() const { return {characters.data(), length}; }
};

// On the ground or not, as the frame says it: vertical status (DF0, 16), flight status (DF4, 5, 20, 21), capability
// (DF11, 17), and before that the kind of squitter: type codes 5-8 are sent on the ground, 9-22 in the air.
enum class VerticalStatus : std::uint8_t { kUnknown, kAirborne, kOnGround };

// DF17/18 type codes 1-4.
struct Identification {
  Callsign callsign;               // empty when every character was a space or the field holds illegal codes
  std::uint8_t category_set = 0;   // 'A'..'D' as 0xA..0xD: type code 4 is A, 1 is D (DO-260B 2.2.3.2.5.2)
  std::uint8_t category_code = 0;  // 0..7
};

// DF17/18 type codes 9-18 and 20-22. Type code 0 (no position) is an AirbornePosition without `cpr`.
struct AirbornePosition {
  std::optional<CprPosition> cpr;
  std::optional<double> baro_altitude_m;  // type codes 0 and 9-18
  std::optional<double> geo_altitude_m;   // type codes 20-22
  bool spi = false;                       // surveillance status 3
  bool alert = false;                     // surveillance status 1 or 2
};

// DF17/18 type codes 5-8.
struct SurfacePosition {
  CprPosition cpr;
  std::optional<double> ground_speed_mps;  // the slow end of the step: 1/8 knot below 1 knot, 5 knots at 100
  std::optional<double> true_track_deg;
};

// DF17/18 type code 19, subtypes 1-4.
struct Velocity {
  std::uint8_t subtype = 0;
  std::optional<double> ground_speed_mps;  // subtypes 1, 2
  std::optional<double> true_track_deg;    // subtypes 1, 2; empty at speed 0, which has no direction
  std::optional<double> heading_deg;       // subtypes 3, 4: magnetic or true as the aircraft has it
  std::optional<double> airspeed_mps;      // subtypes 3, 4
  bool airspeed_is_true = false;
  std::optional<double> vertical_rate_mps;
  bool vertical_rate_is_baro = false;
  std::optional<double> geo_minus_baro_m;  // GNSS height above (+) or below (-) barometric altitude; not in TIS-B
};

// DF17/18 type codes and DF18 control fields that are not decoded further yet.
struct OtherSquitter {};

// DF11.
struct AllCallReply {
  std::uint8_t capability = 0;         // CA
  std::uint8_t interrogator_code = 0;  // 0 for a squitter, 1-15 II, 16-78 for SI 1-63 (Annex 10 Vol IV 3.1.2.5.2.1.2)
};

// DF4, DF20, DF0, DF16. An altitude in metres (M bit) counts as not available: its coding was never defined.
struct AltitudeReply {
  std::optional<double> baro_altitude_m;
  bool spi = false;
  bool alert = false;
};

// DF5, DF21.
struct IdentityReply {
  std::array<char, 4> squawk{};  // four octal digits
  bool spi = false;
  bool alert = false;
};

// DF24 (Comm-D): only its address is read.
struct CommD {};

using MessageBody = std::variant<OtherSquitter, Identification, AirbornePosition, SurfacePosition, Velocity,
                                 AllCallReply, AltitudeReply, IdentityReply, CommD>;

// Who rebroadcast it, for DF18 (control field, DO-260B 2.2.3.2.1.3).
enum class SquitterOrigin : std::uint8_t { kTransponder, kNonTransponder, kTisb, kAdsr };

struct Message {
  std::uint8_t df = 0;
  Icao24 address;
  VerticalStatus vertical_status = VerticalStatus::kUnknown;
  SquitterOrigin origin = SquitterOrigin::kTransponder;
  std::optional<std::uint8_t> typecode;  // DF17/18: first five bits of ME; not in coarse TIS-B and management messages
  std::optional<std::uint16_t> bds;      // register that the squitter sends, as 0x05; type code 0 sends none
  MessageBody body;
};

}  // namespace airspool::modes
