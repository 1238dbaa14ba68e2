// SPDX-License-Identifier: Apache-2.0
#include "websocket_frame.h"

namespace airspool::uplink::websocket {
namespace {

constexpr std::size_t kShort = 125;  // 5.2: longer ones have 16 or 64 bits of length behind the head
constexpr std::uint8_t kSixteenBits = 126;
constexpr std::uint8_t kSixtyFourBits = 127;

bool is_known(std::uint8_t opcode) { return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA); }

}  // namespace

void append_frame(std::string& out, Opcode opcode, std::string_view payload, Mask mask) {
  const auto put = [&](std::uint64_t value, unsigned bytes) {
    for (unsigned i = bytes; i > 0; --i) out.push_back(static_cast<char>((value >> (8U * (i - 1))) & 0xFFU));
  };
  out.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  if (payload.size() <= kShort) {
    put(0x80U | payload.size(), 1);
  } else if (payload.size() <= 0xFFFF) {
    put(0x80U | kSixteenBits, 1);
    put(payload.size(), 2);
  } else {
    put(0x80U | kSixtyFourBits, 1);
    put(payload.size(), 8);
  }
  for (const std::uint8_t byte : mask) out.push_back(static_cast<char>(byte));
  const std::size_t at = out.size();
  out.append(payload);
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out[at + i] = static_cast<char>(static_cast<std::uint8_t>(out[at + i]) ^ mask[i % mask.size()]);
  }
}

std::optional<std::variant<FrameHead, BadFrame>> read_frame_head(std::string_view bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  const auto opcode = static_cast<std::uint8_t>(first & 0x0FU);
  FrameHead head;
  head.last = (first & 0x80U) != 0;
  if ((first & 0x70U) != 0) return BadFrame{"a frame with reserved bits"};
  if (!is_known(opcode)) return BadFrame{"a frame of an unknown kind"};
  if ((second & 0x80U) != 0) return BadFrame{"a masked frame"};
  head.opcode = static_cast<Opcode>(opcode);
  const auto length = static_cast<std::uint8_t>(second & 0x7FU);
  const bool control = opcode >= 0x8;
  if (control && (!head.last || length > kShort)) return BadFrame{"a control frame that is long or in pieces"};
  const std::size_t more = length == kSixteenBits ? 2 : length == kSixtyFourBits ? 8 : 0;
  head.head_bytes = 2 + more;
  if (bytes.size() < head.head_bytes) return std::nullopt;
  head.payload_bytes = length;
  if (more > 0) {
    head.payload_bytes = 0;
    for (std::size_t i = 0; i < more; ++i) {
      head.payload_bytes = head.payload_bytes << 8U | static_cast<std::uint8_t>(bytes[2 + i]);
    }
  }
  if ((head.payload_bytes >> 63U) != 0) return BadFrame{"a frame without end"};
  return head;
}

}  // namespace airspool::uplink::websocket
