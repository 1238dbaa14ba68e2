// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

// Frames of the WebSocket protocol (RFC 6455, section 5), from the client's side: what we send is masked, what comes is
// not. Pure functions over bytes.
namespace airspool::uplink::websocket {

enum class Opcode : std::uint8_t {  // 5.2
  kContinuation = 0x0,
  kText = 0x1,
  kBinary = 0x2,
  kClose = 0x8,
  kPing = 0x9,
  kPong = 0xA,
};
using Mask = std::array<std::uint8_t, 4>;

// Appends one whole frame (FIN set) with its payload masked. The mask must be new and not to be guessed (5.3).
void append_frame(std::string& out, Opcode opcode, std::string_view payload, Mask mask);

struct FrameHead {
  bool last = false;  // FIN
  Opcode opcode = Opcode::kBinary;
  std::uint64_t payload_bytes = 0;
  std::size_t head_bytes = 0;
};
struct BadFrame {
  const char* what = "";
};
// The head of the first frame in `bytes`; nothing while it is not complete. BadFrame: what a server must not send
// (masked, reserved bits, an unknown opcode, a control frame that is long or fragmented).
std::optional<std::variant<FrameHead, BadFrame>> read_frame_head(std::string_view bytes);

}  // namespace airspool::uplink::websocket
