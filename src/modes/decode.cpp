// SPDX-License-Identifier: Apache-2.0
#include <airspool/modes/crc.h>
#include <airspool/modes/decode.h>

#include "families.h"

namespace airspool::modes {

tl::expected<Message, FrameReject> decode(const ModeSFrame& frame) {
  const int df = frame.df();
  switch (df) {
    case 0:
    case 4:
    case 5:
    case 11:
      if (frame.length != kShortFrameBytes) return tl::unexpected(FrameReject::kWrongLength);
      break;
    case 16:
    case 17:
    case 18:
    case 19:
    case 20:
    case 21:
    case 24:
      if (frame.length != kLongFrameBytes) return tl::unexpected(FrameReject::kWrongLength);
      break;
    default:
      return tl::unexpected(FrameReject::kUnknownFormat);
  }

  const std::uint32_t remainder = crc24(frame.view());
  const Header header(std::span(frame.bytes).first<4>());
  if (df >= 17 && df <= 19) {
    // Of the military formats only the civil one is public (Annex 10 Vol IV 3.1.2.8.8: AF = 0).
    if (df == 19 && header.field(6, 8) != 0) return tl::unexpected(FrameReject::kUnknownFormat);
    if (remainder != 0) return tl::unexpected(FrameReject::kCrc);
    return decode_extended_squitter(df, header, MeField(std::span(frame.bytes).subspan<4, 7>()));
  }
  if (df == 11) {
    const std::optional<Message> message = decode_all_call(header, remainder);
    if (!message) return tl::unexpected(FrameReject::kCrc);
    return *message;
  }
  return decode_surveillance_reply(df, frame, header, remainder);
}

}  // namespace airspool::modes
