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
  // ME bit 8: NIC supplement B in version 2, before that "single antenna". Not in TIS-B and ADS-R.
  std::optional<bool> nic_b = std::nullopt;
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
  std::optional<std::uint8_t> nac_v = std::nullopt;  // ME bits 11-13 (version 0: NUCr); not in TIS-B
};

// DF18 control field 3: TIS-B of a radar that sees less than ADS-B says.
struct CoarsePosition {
  CprPosition cpr;  // 12 bits of each half, shifted up to 17: steps of 163 m in latitude
  std::optional<double> baro_altitude_m;
  std::optional<double> ground_speed_mps;  // the middle of a step of 32 knots
  std::optional<double> true_track_deg;    // steps of 11.25 degrees
  bool spi = false;
  bool alert = false;
};

// What a crew or a system declares (DO-260B 2.2.3.2.7.8.1.1).
enum class Emergency : std::uint8_t {
  kNone,
  kGeneral,
  kMedical,
  kMinimumFuel,
  kNoCommunications,
  kUnlawfulInterference,
  kDownedAircraft,
  kReserved,
};
// snake_case name for JSON.
std::string_view to_string(Emergency emergency);

// DF17/18 type code 28 subtype 1.
struct EmergencyStatus {
  Emergency emergency = Emergency::kNone;
  std::optional<std::array<char, 4>> squawk;  // version 2; empty where the field is zero, which older ones send
};

// What ACAS tells its crew to do (ICAO Annex 10 Vol IV 4.3.8.4.2.2): type code 28 subtype 2, register 3,0, DF16.
struct ResolutionAdvisory {
  enum class Threat : std::uint8_t { kNone, kAddress, kPlace, kNotAssigned };

  std::uint16_t active_advisories = 0;  // ARA, 14 bits, the first sent is the highest
  std::uint8_t complements = 0;         // RAC, 4 bits: do not pass below, above, turn left, right
  bool terminated = false;              // RAT
  bool several_threats = false;         // MTE
  Threat threat = Threat::kNotAssigned;
  std::optional<Icao24> threat_address;
  std::optional<double> threat_altitude_m;
  std::optional<double> threat_range_m;      // the middle of a step of 0.1 NM
  std::optional<double> threat_bearing_deg;  // from the nose; the middle of a step of 6 degrees

  // One advisory for all threats (ARA bit 1): the other bits then say what it is.
  [[nodiscard]] constexpr bool single_sense() const { return (active_advisories >> 13U & 1U) != 0; }
  [[nodiscard]] constexpr bool advisory(unsigned bit) const { return (active_advisories >> (14 - bit) & 1U) != 0; }
};

enum class AltitudeSource : std::uint8_t { kUnknown, kMcp, kFms, kAircraft };

// DF17/18 type code 29: subtype 1 of version 2, subtype 0 of version 1. Modes are empty where the frame says that
// nobody tells them.
struct TargetState {
  std::uint8_t subtype = 1;
  std::optional<double> selected_altitude_m;
  AltitudeSource altitude_source = AltitudeSource::kUnknown;
  std::optional<double> baro_setting_hpa;
  std::optional<double> selected_heading_deg;  // [0, 360)
  bool heading_is_track = false;               // version 1 tells which
  std::optional<bool> autopilot;
  std::optional<bool> vnav;
  std::optional<bool> altitude_hold;
  std::optional<bool> approach;
  std::optional<bool> lnav;
  std::optional<bool> acas_operational;
  std::optional<Emergency> emergency;  // version 1
  std::uint8_t nac_p = 0;
  bool nic_baro = false;
  std::uint8_t sil = 0;
  std::optional<bool> sil_per_sample;  // version 2; else per hour
};

// DF17/18 type code 31. What a version does not have is empty; of versions after 2 only the version is told.
struct OperationalStatus {
  bool on_surface = false;  // subtype 1
  std::uint8_t version = 0;
  std::optional<bool> nic_a;
  std::optional<bool> nic_c;  // on the surface, version 2
  std::optional<std::uint8_t> nac_p;
  std::optional<std::uint8_t> nac_v;  // on the surface; in the air the velocity has it
  std::optional<std::uint8_t> sil;
  std::optional<bool> sil_per_sample;  // version 2
  std::optional<std::uint8_t> sda;     // version 2
  std::optional<std::uint8_t> gva;     // in the air, version 2
  std::optional<bool> nic_baro;        // in the air
  std::optional<bool> acas_operational;
  std::optional<bool> acas_ra_active;
  std::optional<bool> ident;
  std::optional<bool> single_antenna;            // version 2
  std::optional<bool> receives_1090es;           // version 2
  std::optional<bool> receives_uat;              // version 2
  std::optional<bool> headings_magnetic;         // the horizontal reference direction
  std::optional<bool> surface_track_is_heading;  // what bits 14-20 of a surface position are
  std::optional<std::uint8_t> length_width;      // on the surface: code of DO-260B table 2-74
};

// DF17/18 type codes and DF18 control fields that are not decoded further: test messages (23), surface systems (24),
// reserved types, management and reserved formats.
struct OtherSquitter {};

// DF11.
struct AllCallReply {
  std::uint8_t capability = 0;         // CA
  std::uint8_t interrogator_code = 0;  // 0 for a squitter, 1-15 II, 16-78 for SI 1-63 (Annex 10 Vol IV 3.1.2.5.2.1.2)
};

// The MB field of DF20 and DF21: the content of a register that the frame does not name. comm_b.h asks which.
using MbField = std::array<std::uint8_t, 7>;

// DF4, DF20. An altitude in metres (M bit) counts as not available: its coding was never defined.
struct AltitudeReply {
  std::optional<double> baro_altitude_m;
  bool spi = false;
  bool alert = false;
  std::optional<MbField> mb = std::nullopt;  // DF20
  std::uint8_t downlink_request = 0;         // DR: 0 nothing, 1 Comm-B, 2 ACAS, 4, 5 broadcast, 16-31 Comm-D segments
  std::uint8_t utility_message = 0;          // UM
};

// DF0, DF16: between two aircraft with ACAS.
struct AirAirReply {
  std::optional<double> baro_altitude_m;
  std::uint8_t sensitivity_level = 0;  // SL, 0 = ACAS does not work
  std::uint8_t reply_information = 0;  // RI: 0, 2-4 ACAS; 8-14 the greatest airspeed (Annex 10 Vol IV 3.1.2.8.2.2)
  bool crosslink = false;              // CC of DF0
  std::optional<ResolutionAdvisory> advisory;  // DF16 with VDS 3,0
};

// DF5, DF21.
struct IdentityReply {
  std::array<char, 4> squawk{};  // four octal digits
  bool spi = false;
  bool alert = false;
  std::optional<MbField> mb = std::nullopt;  // DF21
  std::uint8_t downlink_request = 0;         // as in an AltitudeReply
  std::uint8_t utility_message = 0;
};

// DF24 (Comm-D): a segment of a longer message, which is not put together.
struct CommD {
  bool acknowledges = false;  // KE: an acknowledgement of an uplink, not a segment of a downlink
  std::uint8_t segment = 0;   // ND
};

using MessageBody = std::variant<OtherSquitter, Identification, AirbornePosition, SurfacePosition, Velocity,
                                 CoarsePosition, EmergencyStatus, ResolutionAdvisory, TargetState, OperationalStatus,
                                 AllCallReply, AltitudeReply, AirAirReply, IdentityReply, CommD>;

// Who sent it, for DF18 (control field, DO-260B 2.2.3.2.1.3). Management and reserved formats are about a service or
// nobody knows what: their address is no aircraft.
enum class SquitterOrigin : std::uint8_t { kTransponder, kNonTransponder, kTisb, kAdsr, kManagement, kReserved };

struct Message {
  std::uint8_t df = 0;
  Icao24 address;
  VerticalStatus vertical_status = VerticalStatus::kUnknown;
  SquitterOrigin origin = SquitterOrigin::kTransponder;
  std::optional<std::uint8_t> typecode;  // DF17-19: first five bits of ME; not in coarse TIS-B and management messages
  std::optional<std::uint16_t> bds;      // register that the squitter sends, as 0x05; type code 0 sends none
  MessageBody body;
};

}  // namespace airspool::modes
