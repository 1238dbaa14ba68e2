// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace airspool::sky {

// A block of addresses as Annex 10 writes it: the leading bits that all of its addresses share.
struct AddressBlock {
  std::uint32_t first;
  int prefix_bits;
  std::string_view iso2;
  std::string_view name;

  [[nodiscard]] constexpr std::uint32_t last() const {
    return first | (0xFFFFFFU >> static_cast<unsigned>(prefix_bits));
  }
};

// Part of a state's block that it keeps for one of its territories with an ISO code of its own.
struct TerritoryBlock {
  std::uint32_t first;
  std::uint32_t last;
  std::string_view iso2;
};

// Both ascending and free of overlap within themselves.
std::span<const AddressBlock> address_blocks();
std::span<const TerritoryBlock> territory_blocks();

}  // namespace airspool::sky
