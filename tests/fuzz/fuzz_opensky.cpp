// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>

#include <airspool/opensky/states_parser.h>

// Whatever a server sends: no crash, no row that breaks the promises of its fields. The first byte says how small the
// pieces are in which the rest comes in; the outcome must not depend on them.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airspool::opensky;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0];
  const auto parse = [&](std::size_t most) {
    std::size_t at = 1;
    ParseReport report;
    return parse_states(
        [&](std::span<char> into) -> airspool::Result<std::size_t> {
          const std::size_t count = std::min({into.size(), most, size - at});
          std::memcpy(into.data(), data + at, count);
          at += count;
          return count;
        },
        &report);
  };
  const auto answer = parse(piece);
  const auto whole = parse(size);
  if (answer.has_value() != whole.has_value()) std::abort();
  if (!answer) return 0;
  if (answer->states.size() != whole->states.size()) std::abort();
  for (const OpenSkyState& row : answer->states) {
    if (row.state.callsign.size() > 8 || !row.state.icao24.is_icao()) std::abort();
    if (row.state.position && !(row.state.position->latitude_deg <= 90.0)) std::abort();
    if (answer->boot_time_of(row.last_contact_s) > answer->received) std::abort();
  }
  return 0;
}
