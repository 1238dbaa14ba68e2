// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "soft_bits.h"

namespace airspool::modes {

// A frame whose parity leaves a remainder that was asked for, and what it takes to believe that it was sent.
struct Codeword {
  float cost = 0.0F;  // nats that the changed bits speak against it
  std::uint32_t remainder = 0;
  std::uint8_t flips = 0;
  std::array<std::uint8_t, kLongFrameBytes> bytes{};
};

// Finds the codewords that lie nearest to what was read. The 24 least reliable bits whose syndromes are independent can
// make up for any remainder, in exactly one way; so that way is tried first, then all ways in which one or two of the
// next least reliable bits are wrong as well (decoding by ordered statistics, on the side of the parity). The first
// five bits stay as they are: they decide what the frame is.
class CodewordSearch {
 public:
  static constexpr std::size_t kKept = 4;

  // `bytes` is what `soft` decides, its first five bits perhaps changed.
  void prepare(const SoftBits& soft, const std::array<std::uint8_t, kLongFrameBytes>& bytes);

  // The codewords with one of these remainders that cost least, cheapest first, at most kKept; the costs of remainders
  // are added where they are given. Lives until the next call.
  std::span<const Codeword> find(std::span<const std::uint32_t> remainders, std::span<const float> costs);

 private:
  static constexpr std::size_t kRank = 24;
  static constexpr std::size_t kSingles = 40;
  static constexpr std::size_t kPairs = 12;
  static constexpr std::size_t kNone = 255;
  static constexpr std::size_t kBases = 3;  // remainders that are looked at beyond the first way

  struct Pattern {
    float cost;
    std::uint32_t remainder;
    std::uint32_t mask;
    std::size_t first;
    std::size_t second;
  };

  void sort_bits(const SoftBits& soft);
  void choose_basis(const SoftBits& soft);
  [[nodiscard]] std::uint32_t mask_of(std::uint32_t syndrome) const {
    return to_mask_[0][syndrome & 0xFFU] ^ to_mask_[1][syndrome >> 8U & 0xFFU] ^ to_mask_[2][syndrome >> 16U];
  }
  [[nodiscard]] float cost_of(std::uint32_t mask) const {
    return to_cost_[0][mask & 0xFFU] + to_cost_[1][mask >> 8U & 0xFFU] + to_cost_[2][mask >> 16U];
  }
  void offer(const Pattern& pattern);
  void try_more(std::uint32_t remainder, std::uint32_t mask, float added);
  [[nodiscard]] Codeword build(const Pattern& pattern) const;

  std::array<std::uint8_t, kLongFrameBytes> bytes_{};
  std::uint32_t remainder_ = 0;
  std::size_t bits_ = 0;

  std::array<std::uint8_t, kLongBits> order_{};  // free bits, least reliable first
  std::size_t ordered_ = 0;
  std::array<std::uint8_t, kRank> basis_{};
  std::array<std::uint8_t, kSingles> extra_{};
  std::array<std::uint32_t, kSingles> extra_mask_{};
  std::array<float, kSingles> extra_cost_{};
  std::size_t extras_ = 0;
  std::array<std::array<std::uint32_t, 256>, 3> to_mask_{};
  std::array<std::array<float, 256>, 3> to_cost_{};

  std::array<Pattern, kKept> best_{};
  std::size_t kept_ = 0;
  std::array<Codeword, kKept> found_{};
};

}  // namespace airspool::modes
