// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace airspool::radio {

// The protocol of rtl_tcp, as librtlsdr's program of that name speaks it. Numbers are big endian.

inline constexpr std::size_t kRtlTcpHeaderBytes = 12;

struct RtlTcpHeader {
  std::uint32_t tuner = 0;  // librtlsdr's enum rtlsdr_tuner
  std::uint32_t gains = 0;  // steps of its gain
};
// Nothing when it does not begin with "RTL0".
std::optional<RtlTcpHeader> parse_rtl_tcp_header(std::span<const std::uint8_t, kRtlTcpHeaderBytes> bytes);
// "R820T"; "tuner 9" for one that is not known.
std::string tuner_name(std::uint32_t tuner);
// Its gains in tenths of a decibel, as librtlsdr lists them (rtlsdr_get_tuner_gains); empty: none, or not known.
std::span<const int> tuner_gains_tenth_db(std::uint32_t tuner);

enum class RtlTcpCommand : std::uint8_t {
  kFrequency = 0x01,  // Hz
  kSampleRate = 0x02,
  kGainMode = 0x03,  // 1 by hand, 0 the tuner's own control
  kGain = 0x04,      // tenths of a decibel
  kPpm = 0x05,
  kAgc = 0x08,  // of the converter: on or off
  kBiasTee = 0x0E,
};
void append_command(std::string& out, RtlTcpCommand command, std::uint32_t value);

}  // namespace airspool::radio
