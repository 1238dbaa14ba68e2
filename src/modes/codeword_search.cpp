// SPDX-License-Identifier: Apache-2.0
#include "codeword_search.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include <airspool/modes/crc.h>

namespace airspool::modes {
namespace {

constexpr std::size_t kFormatBits = 5;
constexpr std::size_t kBuckets = 64;
constexpr float kBucketsPerNat = 5.0F;

// What a wrong bit adds to the remainder of a long frame; a short frame is its last 56 bits.
std::array<std::uint32_t, kLongBits> make_syndromes() {
  std::array<std::uint32_t, kLongBits> syndromes{};
  for (std::size_t bit = 0; bit < kLongBits; ++bit) {
    std::array<std::uint8_t, kLongFrameBytes> frame{};
    frame[bit / 8] = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    syndromes[bit] = crc24(frame);
  }
  return syndromes;
}

const std::array<std::uint32_t, kLongBits> kSyndromes = make_syndromes();

// All sums of eight values, by which of them take part.
template <typename T, typename Add>
void fill_sums(std::array<T, 256>& sums, const T* values, Add add) {
  sums[0] = T{};
  for (std::size_t n = 0; n < 8; ++n) {
    const std::size_t half = std::size_t{1} << n;
    for (std::size_t k = 0; k < half; ++k) sums[half + k] = add(sums[k], values[n]);
  }
}

}  // namespace

void CodewordSearch::sort_bits(const SoftBits& soft) {
  // By reliability in steps, which is as good as sorted: the difference within a step is not worth more.
  std::array<std::uint8_t, kBuckets> count{};
  std::array<std::uint8_t, kLongBits> bucket{};
  for (std::size_t bit = kFormatBits; bit < bits_; ++bit) {
    const float place = std::min(std::abs(soft.llr[bit]) * kBucketsPerNat, static_cast<float>(kBuckets - 1));
    bucket[bit] = static_cast<std::uint8_t>(place);
    ++count[bucket[bit]];
  }
  std::uint8_t sum = 0;
  for (std::uint8_t& n : count) {
    const std::uint8_t here = n;
    n = sum;
    sum = static_cast<std::uint8_t>(sum + here);
  }
  for (std::size_t bit = kFormatBits; bit < bits_; ++bit) order_[count[bucket[bit]]++] = static_cast<std::uint8_t>(bit);
  ordered_ = bits_ - kFormatBits;
}

void CodewordSearch::choose_basis(const SoftBits& soft) {
  const std::size_t shift = kLongBits - bits_;
  // Row r has its highest bit at r; it is the sum of the basis bits in `made_of`.
  std::array<std::uint32_t, kRank> row{};
  std::array<std::uint32_t, kRank> made_of{};
  std::array<float, kRank> costs{};
  std::uint32_t filled = 0;
  std::size_t rank = 0;
  extras_ = 0;
  for (std::size_t n = 0; n < ordered_ && (rank < kRank || extras_ < kSingles); ++n) {
    const std::size_t bit = order_[n];
    if (rank < kRank) {
      std::uint32_t syndrome = kSyndromes[bit + shift];
      std::uint32_t parts = 1U << rank;
      while (syndrome != 0) {
        const auto top = static_cast<std::size_t>(std::bit_width(syndrome)) - 1;
        if ((filled >> top & 1U) == 0) {
          filled |= 1U << top;
          row[top] = syndrome;
          made_of[top] = parts;
          basis_[rank] = static_cast<std::uint8_t>(bit);
          costs[rank] = std::abs(soft.llr[bit]);
          ++rank;
          break;
        }
        syndrome ^= row[top];
        parts ^= made_of[top];
      }
      if (syndrome != 0) continue;
    }
    if (extras_ == kSingles) continue;
    extra_[extras_] = static_cast<std::uint8_t>(bit);
    extra_cost_[extras_] = std::abs(soft.llr[bit]);
    ++extras_;
  }
  // Each single bit of a remainder as a sum of basis bits, from the lowest: a row has no bit above its own.
  std::array<std::uint32_t, kRank> unit{};
  for (std::size_t r = 0; r < kRank; ++r) {
    std::uint32_t parts = made_of[r];
    for (std::uint32_t rest = row[r] & ~(1U << r); rest != 0; rest &= rest - 1) {
      parts ^= unit[static_cast<std::size_t>(std::countr_zero(rest))];
    }
    unit[r] = parts;
  }
  for (std::size_t t = 0; t < to_mask_.size(); ++t) {
    fill_sums(to_mask_[t], unit.data() + 8 * t, [](std::uint32_t a, std::uint32_t b) { return a ^ b; });
    fill_sums(to_cost_[t], costs.data() + 8 * t, [](float a, float b) { return a + b; });
  }
  for (std::size_t n = 0; n < extras_; ++n) extra_mask_[n] = mask_of(kSyndromes[extra_[n] + shift]);
}

void CodewordSearch::prepare(const SoftBits& soft, const std::array<std::uint8_t, kLongFrameBytes>& bytes) {
  bytes_ = bytes;
  bits_ = static_cast<std::size_t>(soft.bits);
  remainder_ = crc24(std::span(bytes_).first(bits_ / 8));
  sort_bits(soft);
  choose_basis(soft);
}

void CodewordSearch::offer(const Pattern& pattern) {
  if (kept_ == kKept && pattern.cost >= best_[kKept - 1].cost) return;
  std::size_t place = kept_ < kKept ? kept_++ : kKept - 1;
  for (; place > 0 && best_[place - 1].cost > pattern.cost; --place) best_[place] = best_[place - 1];
  best_[place] = pattern;
}

void CodewordSearch::try_more(std::uint32_t remainder, std::uint32_t mask, float added) {
  for (std::size_t a = 0; a < extras_; ++a) {
    // Bits come in order of their cost: from here on none can do better.
    if (kept_ == kKept && added + extra_cost_[a] > best_[kKept - 1].cost + 1.0F) break;
    const std::uint32_t with_a = mask ^ extra_mask_[a];
    offer({added + extra_cost_[a] + cost_of(with_a), remainder, with_a, a, kNone});
    for (std::size_t b = a + 1; b < std::min(extras_, kPairs); ++b) {
      const std::uint32_t with_b = with_a ^ extra_mask_[b];
      offer({added + extra_cost_[a] + extra_cost_[b] + cost_of(with_b), remainder, with_b, a, b});
    }
  }
}

Codeword CodewordSearch::build(const Pattern& pattern) const {
  Codeword word{pattern.cost, pattern.remainder, 0, bytes_};
  const auto flip = [&word](std::size_t bit) {
    word.bytes[bit / 8] ^= static_cast<std::uint8_t>(0x80U >> (bit % 8));
    ++word.flips;
  };
  for (std::uint32_t rest = pattern.mask; rest != 0; rest &= rest - 1) {
    flip(basis_[static_cast<std::size_t>(std::countr_zero(rest))]);
  }
  if (pattern.first != kNone) flip(extra_[pattern.first]);
  if (pattern.second != kNone) flip(extra_[pattern.second]);
  return word;
}

std::span<const Codeword> CodewordSearch::find(std::span<const std::uint32_t> remainders,
                                               std::span<const float> costs) {
  kept_ = 0;
  for (std::size_t n = 0; n < remainders.size(); ++n) {
    const std::uint32_t mask = mask_of(remainder_ ^ remainders[n]);
    const float cost = cost_of(mask) + (costs.empty() ? 0.0F : costs[n]);
    offer({cost, remainders[n], mask, kNone, kNone});
  }
  const std::array<Pattern, kKept> bases = best_;
  const std::size_t count = std::min(kept_, kBases);
  for (std::size_t n = 0; n < count; ++n) {
    try_more(bases[n].remainder, bases[n].mask, bases[n].cost - cost_of(bases[n].mask));
  }
  for (std::size_t n = 0; n < kept_; ++n) found_[n] = build(best_[n]);
  return {found_.data(), kept_};
}

}  // namespace airspool::modes
