// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace airspool::modes {

// What an aircraft has said beside its position messages, as far as it is known.
struct IntegritySupplements {
  std::optional<std::uint8_t> version;  // of ADS-B, from its operational status
  std::optional<bool> a;                // NIC supplement A, operational status
  std::optional<bool> b;                // NIC supplement B, the airborne position itself
  std::optional<bool> c;                // NIC supplement C, operational status on the surface
};

// How far a position may be wrong unnoticed.
struct Integrity {
  std::optional<int> nic;      // navigation integrity category, 0..11; of version 0 what its NUCp stands for
  std::optional<double> rc_m;  // radius of containment; empty also where the code means "unknown"
};

// The integrity of a position message of this type code (5-18, 20-22; 0 has none). What depends on a supplement that is
// not known stays empty, unless every value of it gives the same. Pure; any thread.
Integrity integrity_of(std::uint8_t typecode, const IntegritySupplements& supplements);

}  // namespace airspool::modes
