// SPDX-License-Identifier: Apache-2.0
#include "families.h"

// Extended squitter (ICAO Annex 10 Vol IV 3.1.2.8.6 and 3.1.2.8.7; DO-260B 2.2.3.2.1):
//
//   bits 1-5    17 from a transponder, 18 from anything else, 19 from a military transponder
//        6-8    DF17: capability CA, 4 on the ground, 5 airborne; DF18: control field CF; DF19: 0, else not public
//        9-32   address AA
//        33-88  ME, whose first five bits are the type code
//        89-112 parity, with nothing overlaid
//
//   CF  0 ADS-B of a non-transponder device, ICAO address
//       1 the same with another address (anonymous, ground vehicle, obstacle)
//       2 TIS-B fine: ICAO address, or a track number when IMF = 1
//       3 TIS-B coarse, a layout of its own: IMF is ME bit 1
//       4 TIS-B and ADS-R management: about a service, not an aircraft
//       5 TIS-B fine with another address; that is what the code is for, whatever IMF says
//       6 ADS-R: ICAO address, or another when IMF = 1
//       7 reserved
//
// IMF, the "ICAO/Mode A flag" (DO-260B 2.2.17.2.3, 2.2.18.3), lies where DF17 has a bit that a rebroadcast can spare.
namespace airspool::modes {
namespace {

enum class Control : std::uint8_t {
  kIcaoDevice,
  kOtherDevice,
  kTisbFine,
  kTisbCoarse,
  kManagement,
  kTisbFineOther,
  kAdsr,
  kReserved
};

// The ME bit that is IMF in TIS-B and ADS-R; 0 where the type has none, and then the address is an ICAO one.
constexpr unsigned imf_bit(std::uint32_t typecode) {
  if (typecode >= 5 && typecode <= 8) return 21;
  if (typecode == 19) return 9;
  if (typecode == 0 || (typecode >= 9 && typecode <= 22)) return 8;
  if (typecode == 29) return 51;
  if (typecode == 28 || typecode == 31) return 56;
  return 0;
}

// The transponder register whose content a type code sends (DO-260B table 2-13; ICAO Doc 9871 table A-2-1), 0 for none.
constexpr std::uint16_t register_of(std::uint32_t typecode) {
  if (typecode >= 1 && typecode <= 4) return 0x08;
  if (typecode >= 5 && typecode <= 8) return 0x06;
  if (typecode == 19) return 0x09;
  if (typecode >= 9 && typecode <= 22) return 0x05;
  if (typecode == 28) return 0x61;
  if (typecode == 29) return 0x62;
  if (typecode == 31) return 0x65;
  return 0;
}

constexpr VerticalStatus vertical_status_of(std::uint32_t typecode) {
  if (typecode >= 5 && typecode <= 8) return VerticalStatus::kOnGround;
  if (typecode >= 9 && typecode <= 22) return VerticalStatus::kAirborne;
  return VerticalStatus::kUnknown;
}

Icao24 address_of(Control control, const Header& header, const MeField& me) {
  const std::uint32_t value = header.field(9, 32);
  bool icao = false;
  switch (control) {
    case Control::kIcaoDevice:
      icao = true;
      break;
    case Control::kTisbFine:
    case Control::kAdsr: {
      const unsigned bit = imf_bit(me.field(1, 5));
      icao = bit == 0 || !me.flag(bit);
      break;
    }
    case Control::kTisbCoarse:
      icao = !me.flag(1);
      break;
    case Control::kOtherDevice:
    case Control::kTisbFineOther:
    case Control::kManagement:
    case Control::kReserved:
      break;
  }
  return icao ? Icao24::icao(value) : Icao24::other(value);
}

constexpr SquitterOrigin origin_of(Control control) {
  switch (control) {
    case Control::kTisbFine:
    case Control::kTisbCoarse:
    case Control::kTisbFineOther:
      return SquitterOrigin::kTisb;
    case Control::kManagement:
      return SquitterOrigin::kManagement;
    case Control::kReserved:
      return SquitterOrigin::kReserved;
    case Control::kAdsr:
      return SquitterOrigin::kAdsr;
    case Control::kIcaoDevice:
    case Control::kOtherDevice:
      break;
  }
  return SquitterOrigin::kNonTransponder;
}

// Coarse, management and reserved formats do not start with a type code.
constexpr bool has_typecode(Control control) {
  return control != Control::kTisbCoarse && control != Control::kManagement && control != Control::kReserved;
}

// Status reports that only an aircraft sends of itself: ADS-B and ADS-R, not TIS-B.
void decode_status(std::uint32_t typecode, const MeField& me, Message& message) {
  if (typecode == 28) {
    const std::uint32_t subtype = me.field(6, 8);
    if (subtype == 1) message.body = decode_emergency_status(me);
    if (subtype == 2) message.body = decode_resolution_advisory(me, true);
  } else if (typecode == 29) {
    if (const auto state = decode_target_state(me)) message.body = *state;
  } else if (typecode == 31) {
    if (const auto status = decode_operational_status(me)) message.body = *status;
  }
}

void decode_body(const MeField& me, Message& message) {
  const std::uint32_t typecode = me.field(1, 5);
  message.typecode = static_cast<std::uint8_t>(typecode);
  if (const std::uint16_t bds = register_of(typecode); bds != 0) message.bds = bds;
  // The kind of position report says more than CA, which many transponders leave at "either".
  if (const VerticalStatus status = vertical_status_of(typecode); status != VerticalStatus::kUnknown) {
    message.vertical_status = status;
  }

  if (typecode == 19) {
    const std::uint32_t subtype = me.field(6, 8);
    if (subtype >= 1 && subtype <= 4) message.body = decode_velocity(me, message.origin);
  } else if (typecode == 0 || (typecode >= 9 && typecode <= 22)) {
    message.body = decode_airborne_position(me, message.origin);
  } else if (typecode <= 4) {
    message.body = decode_identification(me);
  } else if (typecode <= 8) {
    message.body = decode_surface_position(me);
  } else if (typecode >= 28 && message.origin != SquitterOrigin::kTisb) {
    decode_status(typecode, me, message);
  }
}

}  // namespace

Message decode_extended_squitter(int df, const Header& header, const MeField& me) {
  Message message;
  message.df = static_cast<std::uint8_t>(df);
  const std::uint32_t selector = header.field(6, 8);
  if (df == 19) {
    message.address = Icao24::icao(header.field(9, 32));
    decode_body(me, message);
    return message;
  }
  if (df == 17) {
    message.address = Icao24::icao(header.field(9, 32));
    if (selector == 4) message.vertical_status = VerticalStatus::kOnGround;
    if (selector == 5) message.vertical_status = VerticalStatus::kAirborne;
    decode_body(me, message);
    return message;
  }
  const auto control = static_cast<Control>(selector);
  message.address = address_of(control, header, me);
  message.origin = origin_of(control);
  if (has_typecode(control)) decode_body(me, message);
  if (control == Control::kTisbCoarse) {
    message.vertical_status = VerticalStatus::kAirborne;
    message.body = decode_coarse_position(me);
  }
  return message;
}

}  // namespace airspool::modes
