// SPDX-License-Identifier: Apache-2.0
#include "families.h"
#include "interrogator_code.h"

// All-call reply and acquisition squitter (ICAO Annex 10 Vol IV 3.1.2.5.2.2, 3.1.2.8.5.1), DF11:
//
//   bits 6-8    capability CA: 4 on the ground, 5 airborne, else level or not known
//        9-32   address AA
//        33-56  parity, overlaid with the code of the interrogator: 17 zeros, then 7 bits (interrogator_code.h)
namespace airspool::modes {

std::optional<Message> decode_all_call(const Header& header, std::uint32_t remainder) {
  if (!is_interrogator_code(remainder)) return std::nullopt;
  AllCallReply reply;
  reply.capability = static_cast<std::uint8_t>(header.field(6, 8));
  // The gap where SI 0 would be is closed: 16-78 stand for SI 1-63.
  reply.interrogator_code = static_cast<std::uint8_t>(remainder > kLastIi ? remainder - 1 : remainder);

  Message message;
  message.df = 11;
  message.address = Icao24::icao(header.field(9, 32));
  if (reply.capability == 4) message.vertical_status = VerticalStatus::kOnGround;
  if (reply.capability == 5) message.vertical_status = VerticalStatus::kAirborne;
  message.body = reply;
  return message;
}

}  // namespace airspool::modes
