// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <airspool/core/hex.h>
#include <airspool/core/icao24.h>

namespace airspool {

std::optional<Icao24> Icao24::parse(std::string_view text) {
  const bool other = text.starts_with('~');
  if (other) text.remove_prefix(1);
  std::array<std::uint8_t, 3> bytes{};
  if (text.size() != 6 || !parse_hex(text, bytes)) return std::nullopt;
  const std::uint32_t address = std::uint32_t{bytes[0]} << 16U | std::uint32_t{bytes[1]} << 8U | bytes[2];
  return other ? Icao24::other(address) : Icao24::icao(address);
}

std::string Icao24::hex() const {
  const std::array<std::uint8_t, 3> bytes{static_cast<std::uint8_t>(value() >> 16U),
                                          static_cast<std::uint8_t>(value() >> 8U), static_cast<std::uint8_t>(value())};
  std::string out;
  append_hex(out, bytes);
  return out;
}

}  // namespace airspool
