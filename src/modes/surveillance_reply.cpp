// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "families.h"

// The replies to a radar or another aircraft, and Comm-D, whose parity is overlaid with the address (ICAO Annex 10
// Vol IV 3.1.2.3.3.2): the remainder of the whole frame is the address.
//
//   DF0, DF16       bit 6 vertical status VS (1 = on the ground), bits 20-32 AC,    3.1.2.8.2, 3.1.2.8.3
//                   7 cross-link CC (DF0), 9-11 sensitivity level SL, 14-17 reply information RI
//   DF16            bits 33-88 MV, whose first eight name a register (VDS)          3.1.2.8.3.1, 4.3.8.4.2.4
//   DF4, DF20       bits 6-8 flight status FS, bits 20-32 AC                        3.1.2.6.5, 3.1.2.6.6
//   DF5, DF21       bits 6-8 flight status FS, bits 20-32 ID                        3.1.2.6.7, 3.1.2.6.8
//   DF4, 5, 20, 21  bits 9-13 downlink request DR, 14-19 utility message UM         3.1.2.6.5.2, 3.1.2.6.5.3
//   DF20, DF21      bits 33-88 MB, the content of a register that is not named      3.1.2.6.6, 3.1.2.6.8
//   DF24            the first two bits are the format; 4 KE, 5-8 ND, 9-88 MD        3.1.2.7.3
//
//   FS  0 airborne      1 on the ground            no alert, no SPI                 3.1.2.6.5.1
//       2 airborne      3 on the ground            alert, no SPI
//       4 either        5 either                   SPI, with alert (4) or without (5)
//       6, 7 reserved
namespace airspool::modes {
namespace {

struct FlightStatus {
  VerticalStatus vertical = VerticalStatus::kUnknown;
  bool alert = false;
  bool spi = false;
};
constexpr FlightStatus kFlightStatus[8] = {
    {VerticalStatus::kAirborne, false, false},
    {VerticalStatus::kOnGround, false, false},
    {VerticalStatus::kAirborne, true, false},
    {VerticalStatus::kOnGround, true, false},
    {VerticalStatus::kUnknown, true, true},
    {VerticalStatus::kUnknown, false, true},
    {},
    {},
};

constexpr std::uint32_t kAdvisoryRegister = 0x30;

AirAirReply decode_air_air(int df, const ModeSFrame& frame, const Header& header) {
  AirAirReply reply;
  reply.baro_altitude_m = altitude_from_ac13_m(header.field(20, 32));
  reply.sensitivity_level = static_cast<std::uint8_t>(header.field(9, 11));
  reply.reply_information = static_cast<std::uint8_t>(header.field(14, 17));
  if (df == 0) {
    reply.crosslink = header.flag(7);
    return reply;
  }
  const MeField mv(std::span(frame.bytes).subspan<4, 7>());
  if (mv.field(1, 8) == kAdvisoryRegister) reply.advisory = decode_resolution_advisory(mv, false);
  return reply;
}

MbField mb_of(const ModeSFrame& frame) {
  MbField mb;
  std::copy_n(frame.bytes.begin() + 4, mb.size(), mb.begin());
  return mb;
}

}  // namespace

Message decode_surveillance_reply(int df, const ModeSFrame& frame, const Header& header, std::uint32_t remainder) {
  Message message;
  message.df = static_cast<std::uint8_t>(df);
  message.address = Icao24::icao(remainder);
  if (df == 24) {
    message.body = CommD{header.flag(4), static_cast<std::uint8_t>(header.field(5, 8))};
    return message;
  }
  if (df == 0 || df == 16) {
    message.vertical_status = header.flag(6) ? VerticalStatus::kOnGround : VerticalStatus::kAirborne;
    message.body = decode_air_air(df, frame, header);
    return message;
  }
  const FlightStatus& status = kFlightStatus[header.field(6, 8)];
  message.vertical_status = status.vertical;
  const std::optional<MbField> mb = df >= 20 ? std::optional(mb_of(frame)) : std::nullopt;
  const auto request = static_cast<std::uint8_t>(header.field(9, 13));
  const auto utility = static_cast<std::uint8_t>(header.field(14, 19));
  if (df == 4 || df == 20) {
    message.body =
        AltitudeReply{altitude_from_ac13_m(header.field(20, 32)), status.spi, status.alert, mb, request, utility};
  } else {
    message.body =
        IdentityReply{squawk_from_id13(header.field(20, 32)), status.spi, status.alert, mb, request, utility};
  }
  return message;
}

}  // namespace airspool::modes
