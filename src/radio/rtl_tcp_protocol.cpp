// SPDX-License-Identifier: Apache-2.0
#include "rtl_tcp_protocol.h"

#include <algorithm>

namespace airspool::radio {
namespace {

constexpr std::string_view kMagic = "RTL0";
// By number, from 1 on.
constexpr std::array<std::string_view, 6> kTuners = {"E4000", "FC0012", "FC0013", "FC2580", "R820T", "R828D"};

constexpr std::array kE4000{-10, 15, 40, 65, 90, 115, 140, 165, 190, 215, 240, 290, 340, 420};
constexpr std::array kFc0012{-99, -40, 71, 179, 192};
constexpr std::array kFc0013{-99, -73, -65, -63, -60, -58, -54, 58,  61,  63,  65, 67,
                             68,  70,  71,  179, 181, 182, 184, 186, 188, 191, 197};
constexpr std::array kR82xx{0,   9,   14,  27,  37,  77,  87,  125, 144, 157, 166, 197, 207, 229, 254,
                            280, 297, 328, 338, 364, 372, 386, 402, 421, 434, 439, 445, 480, 496};

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8U | byte;
  return value;
}

}  // namespace

std::optional<RtlTcpHeader> parse_rtl_tcp_header(std::span<const std::uint8_t, kRtlTcpHeaderBytes> bytes) {
  const auto magic = bytes.first<4>();
  if (!std::equal(magic.begin(), magic.end(), kMagic.begin())) return std::nullopt;
  return RtlTcpHeader{big_endian(bytes.subspan<4, 4>()), big_endian(bytes.subspan<8, 4>())};
}

std::string tuner_name(std::uint32_t tuner) {
  if (tuner >= 1 && tuner <= kTuners.size()) return std::string(kTuners[tuner - 1]);
  return "tuner " + std::to_string(tuner);
}

std::span<const int> tuner_gains_tenth_db(std::uint32_t tuner) {
  switch (tuner) {
    case 1:
      return kE4000;
    case 2:
      return kFc0012;
    case 3:
      return kFc0013;
    case 5:
    case 6:
      return kR82xx;
    default:
      return {};
  }
}

void append_command(std::string& out, RtlTcpCommand command, std::uint32_t value) {
  out += static_cast<char>(command);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift));
}

}  // namespace airspool::radio
