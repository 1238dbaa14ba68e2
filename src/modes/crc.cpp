// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstddef>

#include <airspool/modes/crc.h>

namespace airspool::modes {
namespace {

// Generator of ICAO Annex 10 Vol IV 3.1.2.3.3.1.2 without its leading x^24.
constexpr std::uint32_t kGenerator = 0xFFF409;
constexpr std::uint32_t kMask = 0xFFFFFF;

// What one byte that leaves at the top adds to the remainder.
constexpr std::array<std::uint32_t, 256> make_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t remainder = byte << 16U;
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = (remainder & 0x800000U) != 0;
      remainder = (remainder << 1U) & kMask;
      if (carry) remainder ^= kGenerator;
    }
    table[byte] = remainder;
  }
  return table;
}

constexpr std::array<std::uint32_t, 256> kTable = make_table();

// Division of the data part, then the received parity on top: for a frame as sent nothing is left but what the
// transponder overlaid on the parity (the address, the interrogator code, or nothing).
constexpr std::uint32_t remainder_of(std::span<const std::uint8_t> frame) {
  if (frame.size() < 3) return kMask;
  std::uint32_t remainder = 0;
  const std::size_t data_bytes = frame.size() - 3;
  for (std::size_t i = 0; i < data_bytes; ++i) {
    remainder = ((remainder << 8U) & kMask) ^ kTable[(remainder >> 16U) ^ frame[i]];
  }
  const std::uint32_t parity = static_cast<std::uint32_t>(frame[data_bytes]) << 16U |
                               static_cast<std::uint32_t>(frame[data_bytes + 1]) << 8U | frame[data_bytes + 2];
  return remainder ^ parity;
}

// The identification squitter of the usual textbook example: an undamaged DF17 leaves nothing.
constexpr std::array<std::uint8_t, 14> kExample = {0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3,
                                                   0x71, 0xC3, 0x2C, 0xE0, 0x57, 0x60, 0x98};
static_assert(remainder_of(kExample) == 0);

}  // namespace

std::uint32_t crc24(std::span<const std::uint8_t> frame) { return remainder_of(frame); }

}  // namespace airspool::modes
