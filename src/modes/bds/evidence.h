// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include "bits.h"

namespace airspool::modes {

using MbBits = Bits<56>;

// What speaks for a register, in bits: log2 of how much likelier the field is as this register than as random bits.
class Evidence {
 public:
  // `prior`: how often the register is asked for, against the commonest, as a logarithm.
  explicit Evidence(double prior) : bits_(prior) {}

  void add(double bits) { bits_ += bits; }
  void rule_out() { possible_ = false; }
  void require(bool holds) { possible_ = possible_ && holds; }

  // Bits that the layout reserves.
  void zeros(const MbBits& mb, unsigned first, unsigned last) {
    constexpr unsigned kMost = 32;  // that field() gives at once
    for (unsigned from = first; from <= last; from += kMost) {
      require(mb.field(from, std::min(last, from + kMost - 1)) == 0);
    }
    add(last - first + 1);
  }
  // A status bit and the field behind it, which must be zero when it is not set. `share` of aircraft set it. True when
  // it is set.
  bool status(const MbBits& mb, unsigned bit, unsigned last, double share) {
    if (mb.flag(bit)) {
      add(1.0 + std::log2(share));
      return true;
    }
    add(1.0 + std::log2(1.0 - share));
    zeros(mb, bit + 1, last);
    return false;
  }
  // A value that lies where `chance` of random ones would, and `share` of true ones do.
  void among(double share, double chance) { add(std::log2(share / chance)); }

  [[nodiscard]] bool possible() const { return possible_; }
  [[nodiscard]] double bits() const { return bits_; }

 private:
  double bits_;
  bool possible_ = true;
};

// Sign and magnitude in two's complement, as Doc 9871 sends signed values: `sign` is the bit before the field.
constexpr std::int32_t signed_field(const MbBits& mb, unsigned sign, unsigned last) {
  const auto magnitude = static_cast<std::int32_t>(mb.field(sign + 1, last));
  return mb.flag(sign) ? magnitude - (std::int32_t{1} << (last - sign)) : magnitude;
}

inline double wrap_360(double degrees) { return degrees < 0.0 ? degrees + 360.0 : degrees; }

// The smaller angle between two directions, 0..180.
inline double angle_between(double a, double b) { return std::abs(std::remainder(a - b, 360.0)); }

}  // namespace airspool::modes
