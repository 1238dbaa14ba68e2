// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace airspool::modes {

// The remainder of a whole frame (7 or 14 bytes, parity field included) by the generator of ICAO Annex 10 Vol IV
// 3.1.2.3.3.1.2 (x^24 + x^23 + ... = 0xFFF409 without its leading term). Zero for an undamaged DF17/18; the
// interrogator code for DF11; the address for the address-parity formats. Fewer than 3 bytes hold no parity and give
// 0xFFFFFF.
std::uint32_t crc24(std::span<const std::uint8_t> frame);

}  // namespace airspool::modes
