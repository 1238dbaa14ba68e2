// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <airspool/modes/message.h>

#include "bits.h"

// One decoder a message family, each in the .cpp of its name with the bit layout above it. They read fields and nothing
// else: format, length and parity were checked by decode(). Pure functions.
namespace airspool::modes {

// The fields that several families share.
std::optional<double> altitude_from_ac13_m(std::uint32_t code);  // 13-bit AC field of the surveillance replies
std::optional<double> altitude_from_ac12_m(std::uint32_t code);  // 12-bit field of the airborne position
std::array<char, 4> squawk_from_id13(std::uint32_t code);        // 13-bit ID field

// Eight characters from this bit on; empty when one of them is illegal: better no name than a wrong one.
Callsign decode_callsign(const MeField& field, unsigned first_bit);

// The body of an extended squitter, by its type code.
Identification decode_identification(const MeField& me);
AirbornePosition decode_airborne_position(const MeField& me, SquitterOrigin origin);
SurfacePosition decode_surface_position(const MeField& me);
Velocity decode_velocity(const MeField& me, SquitterOrigin origin);  // subtypes 1-4 only
EmergencyStatus decode_emergency_status(const MeField& me);
// `with_threat`: the field goes on to bit 56, which the MV field of DF16 does not.
ResolutionAdvisory decode_resolution_advisory(const MeField& me, bool with_threat);
// Nothing for reserved subtypes.
std::optional<TargetState> decode_target_state(const MeField& me);
std::optional<OperationalStatus> decode_operational_status(const MeField& me);
CoarsePosition decode_coarse_position(const MeField& me);  // no type code

// The replies and squitters as a whole. `remainder` is that of the whole frame (crc24).
Message decode_surveillance_reply(int df, const ModeSFrame& frame, const Header& header, std::uint32_t remainder);
Message decode_extended_squitter(int df, const Header& header, const MeField& me);
// Nothing when the remainder is no interrogator code.
std::optional<Message> decode_all_call(const Header& header, std::uint32_t remainder);

}  // namespace airspool::modes
