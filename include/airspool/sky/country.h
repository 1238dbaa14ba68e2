// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include <airspool/core/icao24.h>

namespace airspool::sky {

// Where an aircraft is registered, as far as its address tells. Both point at text that lives as long as the program.
struct Country {
  std::string_view
      name;  // the state that ICAO gave the block to, in OpenSky's spelling, so that rows of both sources agree
  std::string_view
      iso2;  // ISO 3166-1 alpha-2; finer than `name` where a state keeps a block for a territory (China, HK)
};

// The country of an address block (ICAO Annex 10 Vol III Part I, appendix to chapter 9). Nothing for addresses that
// belong to no state and for addresses of another kind than ICAO's. Any thread; never allocates.
std::optional<Country> country_of(Icao24 address);

}  // namespace airspool::sky
