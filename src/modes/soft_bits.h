// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <airspool/modes/frame.h>

#include "sample_grid.h"

namespace airspool::modes {

// Bits with what speaks for them: the logarithm of how many times likelier a one is than a zero, in nats.
struct SoftBits {
  int bits = 0;  // 56 or 112
  alignas(32) std::array<float, kLongBits> llr{};

  [[nodiscard]] bool one(std::size_t bit) const { return llr[bit] > 0.0F; }
};

// What it costs, in nats, that a bit with this log-likelihood ratio is only probably and not surely what it seems:
// ln(1 + exp(-|llr|)).
float doubt(float llr);

// Sum of the doubts of bits [first, last).
float doubt(const SoftBits& soft, int first, int last);

// The bits as they most likely are.
std::array<std::uint8_t, kLongFrameBytes> decided(const SoftBits& soft);

}  // namespace airspool::modes
