// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace airspool::radio::sim {

// Fills zeroed bytes from the most significant bit on, in the order in which a message is sent.
class BitWriter {
 public:
  explicit BitWriter(std::span<std::uint8_t> bytes) : bytes_(bytes) {}

  BitWriter& put(unsigned width, std::uint32_t value) {
    for (unsigned bit = width; bit-- > 0;) {
      if (((value >> bit) & 1U) != 0) bytes_[position_ / 8] |= static_cast<std::uint8_t>(0x80U >> (position_ % 8));
      ++position_;
    }
    return *this;
  }

  // A status bit (set) and the value in two's complement, `width` bits with the sign; held at the ends of the range.
  BitWriter& put_signed(unsigned width, double value, double step) {
    const double limit = static_cast<double>(1U << (width - 1U));
    const double steps = std::clamp(std::floor(value / step + 0.5), -limit, limit - 1.0);
    return put(1, 1).put(width, static_cast<std::uint32_t>(static_cast<std::int32_t>(steps)));
  }
  // A status bit (set) and the value; held at the ends of the range.
  BitWriter& put_unsigned(unsigned width, double value, double step) {
    const double most = static_cast<double>((1U << width) - 1U);
    return put(1, 1).put(width, static_cast<std::uint32_t>(std::clamp(std::floor(value / step + 0.5), 0.0, most)));
  }

 private:
  std::span<std::uint8_t> bytes_;
  std::size_t position_ = 0;
};

}  // namespace airspool::radio::sim
