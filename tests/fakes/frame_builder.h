// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string_view>

#include <airspool/core/hex.h>
#include <airspool/modes/crc.h>
#include <airspool/modes/frame.h>

namespace airspool::test {

// A frame from its hexadecimal digits; throws when they are none, which fails the test that typed them.
inline modes::ModeSFrame frame_of(std::string_view hex) {
  modes::ModeSFrame frame;
  const auto length = parse_hex(hex, frame.bytes);
  if (!length) throw std::invalid_argument("not a frame: " + std::string(hex));
  frame.length = static_cast<std::uint8_t>(*length);
  return frame;
}

// Builds a frame field by field, bits numbered from 1 as the standards number them.
class FrameBuilder {
 public:
  explicit FrameBuilder(int df) {
    frame_.length = df < 16 ? modes::kShortFrameBytes : modes::kLongFrameBytes;
    set(1, 5, static_cast<std::uint64_t>(df));
  }
  // An extended squitter of 0x4840D6 with a type code; DF17 by a transponder that does not know whether it flies (CA
  // 6).
  static FrameBuilder squitter(int typecode) {
    return FrameBuilder(17).set(6, 8, 6).set(9, 32, 0x4840D6).me(1, 5, static_cast<std::uint64_t>(typecode));
  }

  FrameBuilder& set(unsigned first, unsigned last, std::uint64_t value) {
    for (unsigned bit = last; bit >= first; --bit, value >>= 1U) {
      const auto mask = static_cast<std::uint8_t>(0x80U >> ((bit - 1) % 8));
      std::uint8_t& byte = frame_.bytes.at((bit - 1) / 8);
      byte = static_cast<std::uint8_t>((value & 1U) != 0 ? byte | mask : byte & ~mask);
    }
    return *this;
  }
  // The same for bits of the ME field.
  FrameBuilder& me(unsigned first, unsigned last, std::uint64_t value) { return set(first + 32, last + 32, value); }

  // Closes it with the parity, overlaid with an address or an interrogator code.
  modes::ModeSFrame overlaid_with(std::uint32_t overlay) {
    const unsigned bits = frame_.length * 8U;
    set(bits - 23, bits, 0);
    set(bits - 23, bits, modes::crc24(frame_.view()) ^ overlay);
    return frame_;
  }
  modes::ModeSFrame build() { return overlaid_with(0); }

 private:
  modes::ModeSFrame frame_;
};

}  // namespace airspool::test
