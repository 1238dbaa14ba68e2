// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace airspool::modes {

// The first or last `Width` bits of a message, numbered as the standards do: bit 1 is sent first and is the most
// significant, and a field is named by its first and last bit. So code and table can be laid side by side.
template <unsigned Width>
class Bits {
  static_assert(Width % 8 == 0 && Width <= 64);

 public:
  explicit constexpr Bits(std::span<const std::uint8_t, Width / 8> bytes) {
    for (const std::uint8_t byte : bytes) word_ = word_ << 8U | byte;
  }

  // 1 <= first <= last <= Width, at most 32 bits.
  [[nodiscard]] constexpr std::uint32_t field(unsigned first, unsigned last) const {
    return static_cast<std::uint32_t>(word_ >> (Width - last) & ((std::uint64_t{1} << (last - first + 1)) - 1));
  }
  [[nodiscard]] constexpr bool flag(unsigned bit) const { return field(bit, bit) != 0; }

 private:
  std::uint64_t word_ = 0;
};

// The first 32 bits of every frame: format, flight status or capability, and the code or address that follows.
using Header = Bits<32>;
// The 56-bit ME field of DF17/18, bits 33-88 of the frame, counted from 1 as DO-260B does.
using MeField = Bits<56>;

}  // namespace airspool::modes
