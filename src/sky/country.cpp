// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <span>

#include <airspool/sky/country.h>

#include "country_table.h"

namespace airspool::sky {
namespace {

// The entry of an ascending table that holds the address, or null.
template <typename Block, typename Last>
const Block* find(std::span<const Block> table, std::uint32_t address, Last last) {
  const auto found =
      std::partition_point(table.begin(), table.end(), [&](const Block& block) { return last(block) < address; });
  return found != table.end() && found->first <= address ? &*found : nullptr;
}

}  // namespace

std::optional<Country> country_of(Icao24 address) {
  if (!address.is_icao()) return std::nullopt;
  const AddressBlock* block =
      find(address_blocks(), address.value(), [](const AddressBlock& candidate) { return candidate.last(); });
  if (block == nullptr) return std::nullopt;
  Country country{block->name, block->iso2};
  const TerritoryBlock* territory =
      find(territory_blocks(), address.value(), [](const TerritoryBlock& candidate) { return candidate.last; });
  if (territory != nullptr) country.iso2 = territory->iso2;
  return country;
}

}  // namespace airspool::sky
