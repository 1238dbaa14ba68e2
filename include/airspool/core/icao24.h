// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace airspool {

// The 24-bit address of a transponder (ICAO Annex 10 Vol III, Part I, chapter 9), or a 24-bit address of another kind
// (TIS-B track file, anonymous or ground address: DO-260B 2.2.3.2.1.3). The two kinds never compare equal.
// A value type: 4 bytes, trivially copyable, no error states; bits above the 24th are dropped on construction.
class Icao24 {
 public:
  static constexpr std::uint32_t kMask = 0xFFFFFF;

  constexpr Icao24() = default;
  static constexpr Icao24 icao(std::uint32_t address) { return Icao24{address & kMask}; }
  static constexpr Icao24 other(std::uint32_t address) { return Icao24{(address & kMask) | kOtherBit}; }

  // Exactly six hexadecimal digits of either case; a leading '~' marks an address of another kind.
  static std::optional<Icao24> parse(std::string_view text);

  [[nodiscard]] constexpr std::uint32_t value() const { return bits_ & kMask; }
  [[nodiscard]] constexpr bool is_icao() const { return (bits_ & kOtherBit) == 0; }
  // 25 bits: the address and its kind. Unique, for hash tables.
  [[nodiscard]] constexpr std::uint32_t key() const { return bits_; }
  // Six lower-case digits, without the mark of the kind (Record v1 carries the kind in `addr_type`).
  [[nodiscard]] std::string hex() const;

  friend constexpr auto operator<=>(Icao24, Icao24) = default;  // NOLINT(modernize-use-nullptr): <=> confuses it

 private:
  static constexpr std::uint32_t kOtherBit = 1U << 24U;
  constexpr explicit Icao24(std::uint32_t bits) : bits_(bits) {}
  std::uint32_t bits_ = 0;
};

}  // namespace airspool

template <>
struct std::hash<airspool::Icao24> {
  std::size_t operator()(airspool::Icao24 address) const noexcept {
    return static_cast<std::size_t>(address.key() * std::uint64_t{0x9E3779B97F4A7C15} >> 20U);
  }
};
