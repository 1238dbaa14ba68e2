// SPDX-License-Identifier: Apache-2.0
#include "rtl_tcp_protocol.h"

#include <algorithm>

namespace airspool::radio {
namespace {

constexpr std::string_view kMagic = "RTL0";
// By number, from 1 on.
constexpr std::array<std::string_view, 6> kTuners = {"E4000", "FC0012", "FC0013", "FC2580", "R820T", "R828D"};

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

void append_command(std::string& out, RtlTcpCommand command, std::uint32_t value) {
  out += static_cast<char>(command);
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> static_cast<unsigned>(shift));
}

}  // namespace airspool::radio
