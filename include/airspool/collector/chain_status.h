// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <airspool/core/result.h>

namespace airspool::collector {

// kGrey: not there, and not asked for.
enum class Light : std::uint8_t { kGreen, kGrey, kAmber, kRed };
const char* to_string(Light light);  // "green", "grey", "amber", "red"

// One part of the chain at this moment.
struct StatusLine {
  std::string part;  // "radio", "aircraft", "opensky", "clock", "spool", "sink lake"
  Light light = Light::kGreen;
  std::string text;                                     // for a person
  std::string next;                                     // what to do about it, when it is amber or red
  std::vector<std::pair<std::string, double>> numbers;  // for programs; names have their units
};

// The running chain, in the order of the stream.
struct ChainStatus {
  std::string station;
  std::string version;
  std::int64_t uptime_s = 0;
  std::vector<StatusLine> lines;

  [[nodiscard]] Light worst() const;
};

// The command of the control socket (control.h) that is answered with to_json().
inline constexpr std::string_view kStatusCommand = "status";

// {"schema":1,"station","version","uptime_s","light","lines":[{"part","light","text","next","numbers":{..}}]}, one
// line.
std::string to_json(const ChainStatus& status);
// Reads what to_json wrote, also that of another version: unknown members are passed over. kInvalidData.
Result<ChainStatus> chain_status_from_json(std::string_view json);
// For a terminal: what is wrong first, then the rest in the order of the stream. `colour`: with ANSI colours.
std::string to_text(const ChainStatus& status, bool colour);

}  // namespace airspool::collector
