// SPDX-License-Identifier: Apache-2.0
#include <airspool/feed/frame_reader.h>
#include <airspool/feed/frame_writer.h>

#include "beast_format.h"

namespace airspool::feed {
namespace {

constexpr int kTimeBits = 48;
constexpr std::string_view kDigits = "0123456789ABCDEF";

void append_escaped(std::string& out, std::uint8_t byte) {
  out += static_cast<char>(byte);
  if (byte == kBeastEscape) out += static_cast<char>(byte);
}

}  // namespace

void append_beast(std::string& out, const modes::ModeSFrame& frame) {
  out += static_cast<char>(kBeastEscape);
  out += frame.length == modes::kShortFrameBytes ? '2' : '3';
  for (int shift = kTimeBits - 8; shift >= 0; shift -= 8) {
    append_escaped(out, static_cast<std::uint8_t>(frame.timestamp_12mhz >> static_cast<unsigned>(shift)));
  }
  append_escaped(out, beast_signal(frame.signal_dbfs));
  for (const std::uint8_t byte : frame.view()) append_escaped(out, byte);
}

void append_avr(std::string& out, const modes::ModeSFrame& frame) {
  out += '*';
  for (const std::uint8_t byte : frame.view()) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0x0FU];
  }
  out += ";\n";
}

std::string_view beast_heartbeat() {
  static constexpr char kNothing[] =
      "\x1A"
      "1\0\0\0\0\0\0\0\0\0";
  return {kNothing, sizeof kNothing - 1};
}

std::string_view avr_heartbeat() { return "*0000;\n"; }

}  // namespace airspool::feed
