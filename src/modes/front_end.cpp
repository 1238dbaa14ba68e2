// SPDX-License-Identifier: Apache-2.0
#include "front_end.h"

#include <algorithm>

#if defined(__SSE2__) && !defined(AIRSPOOL_SCALAR)
#define AIRSPOOL_SSE2
#include <immintrin.h>
#endif

#include "vector_clones.h"

namespace airspool::modes {
namespace {

// The lower quartile of the energy of 8 complex samples of white noise is 0.744 of its mean (Gamma distribution, shape
// 8).
constexpr float kQuartileOfMean = 0.744F;
// A block counts as quiet, for the DC offset, when its energy is below this multiple of the mean of noise.
constexpr float kQuietRatio = 1.6F;
constexpr float kSmoothing = 0.2F;
// Every which block is looked at for the floor and the offset.
constexpr std::size_t kEstimateStep = 4;
// Fewer blocks than this say too little about the noise, unless nothing better is known.
constexpr std::size_t kEnoughBlocks = 256;
// Silence made of equal samples has no power at all; thresholds still need a positive floor.
constexpr float kPowerFloor = 1e-9F;

// The gate looks over 128 samples; pure noise exceeds 1.4 times its mean by chance at 4.5 standard deviations.
constexpr std::size_t kGateBlocks = 16;
constexpr float kGateRatio = 1.4F;

constexpr int kEnergyShift = 3;
constexpr float kScale = 1.0F / kFullScale;
constexpr float kEnergyUnit = static_cast<float>(1U << kEnergyShift) * kScale * kScale;

AIRSPOOL_VECTOR_CLONES
void widen_bytes(const std::uint8_t* __restrict source, std::size_t words, std::int16_t* __restrict destination) {
  for (std::size_t n = 0; n < words; ++n) {
    destination[n] = static_cast<std::int16_t>((2 * static_cast<int>(source[n]) - 255) * 128);
  }
}

}  // namespace

void convert_samples(const IqBlock& block, std::size_t first, std::size_t count, std::int16_t* destination) {
  const std::byte* source = block.bytes.data() + first * bytes_per_sample(block.format);
  if (block.format == SampleFormat::kCu8) {
    widen_bytes(reinterpret_cast<const std::uint8_t*>(source), 2 * count, destination);
    return;
  }
  for (std::size_t n = 0; n < 2 * count; ++n) {
    const auto low = std::to_integer<std::uint16_t>(source[2 * n]);
    const auto high = std::to_integer<std::uint16_t>(source[2 * n + 1]);
    const auto word = static_cast<std::int16_t>(static_cast<std::uint16_t>(low | (high << 8U)));
    destination[n] = std::max(word, std::int16_t{-32767});
  }
}

void block_energies(const std::int16_t* iq, std::size_t blocks, std::uint32_t* energies) {
  std::size_t b = 0;
#if defined(AIRSPOOL_SSE2)
  // Four blocks at a time; compilers do not see the pairwise multiplication in the plain loop below.
  const auto pair_sums = [](const std::int16_t* words) {
    const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words));
    const __m128i y = _mm_loadu_si128(reinterpret_cast<const __m128i*>(words + 8));
    return _mm_add_epi32(_mm_srli_epi32(_mm_madd_epi16(x, x), kEnergyShift),
                         _mm_srli_epi32(_mm_madd_epi16(y, y), kEnergyShift));
  };
  for (; b + 4 <= blocks; b += 4) {
    const std::int16_t* words = iq + 16 * b;
    const __m128i s0 = pair_sums(words);
    const __m128i s1 = pair_sums(words + 16);
    const __m128i s2 = pair_sums(words + 32);
    const __m128i s3 = pair_sums(words + 48);
    const __m128i t0 = _mm_add_epi32(_mm_unpacklo_epi32(s0, s1), _mm_unpackhi_epi32(s0, s1));
    const __m128i t1 = _mm_add_epi32(_mm_unpacklo_epi32(s2, s3), _mm_unpackhi_epi32(s2, s3));
    const __m128i sum = _mm_add_epi32(_mm_unpacklo_epi64(t0, t1), _mm_unpackhi_epi64(t0, t1));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(energies + b), sum);
  }
#endif
  for (; b < blocks; ++b) {
    const std::int16_t* words = iq + 16 * b;
    std::uint32_t sum = 0;
    for (std::size_t k = 0; k < 16; k += 2) {
      const std::int32_t i = words[k];
      const std::int32_t q = words[k + 1];
      sum += static_cast<std::uint32_t>(i * i + q * q) >> static_cast<unsigned>(kEnergyShift);
    }
    energies[b] = sum;
  }
}

NoiseMeter::NoiseMeter(std::size_t max_samples) {
  const std::size_t blocks = max_samples / kBlockSamples;
  energy_.reserve(blocks);
  scratch_.reserve(blocks / kEstimateStep + 1);
  sums_.reserve(blocks / kEstimateStep + 1);
  active_.reserve(blocks);
}

void NoiseMeter::measure(std::span<const std::int16_t> iq, std::size_t window_samples) {
  const std::size_t blocks = iq.size() / (2 * kBlockSamples);
  energy_.resize(blocks);
  block_energies(iq.data(), blocks, energy_.data());
  update_estimate(iq, std::min(blocks, window_samples / kBlockSamples));
  mark_active();
}

float NoiseMeter::mean_of_quiet() {
  const auto quartile = scratch_.begin() + static_cast<std::ptrdiff_t>(scratch_.size() / 4);
  std::nth_element(scratch_.begin(), quartile, scratch_.end());
  return *quartile / kQuartileOfMean;
}

void NoiseMeter::update_estimate(std::span<const std::int16_t> iq, std::size_t window_blocks) {
  if (window_blocks == 0 || (measured_ && window_blocks < kEnoughBlocks)) return;
  scratch_.clear();
  for (std::size_t b = 0; b < window_blocks; b += kEstimateStep) scratch_.push_back(static_cast<float>(energy_[b]));
  const float limit = kQuietRatio * mean_of_quiet();
  sums_.clear();
  std::int64_t i_sum = 0;
  std::int64_t q_sum = 0;
  std::size_t quiet = 0;
  for (std::size_t b = 0; b < window_blocks; b += kEstimateStep) {
    const std::int16_t* words = iq.data() + 2 * kBlockSamples * b;
    Sum sum;
    for (std::size_t k = 0; k < kBlockSamples; ++k) {
      sum.i += words[2 * k];
      sum.q += words[2 * k + 1];
    }
    sums_.push_back(sum);
    if (static_cast<float>(energy_[b]) > limit) continue;
    i_sum += sum.i;
    q_sum += sum.q;
    ++quiet;
  }
  const float weight = measured_ ? kSmoothing : 1.0F;
  if (quiet > 0) {
    const float scale = kScale / static_cast<float>(quiet * kBlockSamples);
    estimate_.dc_i += weight * (static_cast<float>(i_sum) * scale - estimate_.dc_i);
    estimate_.dc_q += weight * (static_cast<float>(q_sum) * scale - estimate_.dc_q);
  }
  // The floor is that of the noise alone: an offset has no spread, and would be taken for more than it is.
  const float offset = estimate_.dc_i * estimate_.dc_i + estimate_.dc_q * estimate_.dc_q;
  for (std::size_t n = 0; n < sums_.size(); ++n) {
    const float along =
        (estimate_.dc_i * static_cast<float>(sums_[n].i) + estimate_.dc_q * static_cast<float>(sums_[n].q)) * kScale;
    scratch_[n] = static_cast<float>(energy_[n * kEstimateStep]) * kEnergyUnit - 2.0F * along +
                  static_cast<float>(kBlockSamples) * offset;
  }
  const float power = mean_of_quiet() / static_cast<float>(kBlockSamples);
  estimate_.power += weight * (std::max(power, kPowerFloor) - estimate_.power);
  measured_ = true;
}

void NoiseMeter::mark_active() {
  active_.assign(energy_.size(), 0);
  if (energy_.size() < kGateBlocks) return;
  constexpr auto kSamples = static_cast<float>(kGateBlocks * kBlockSamples);
  const float offset = estimate_.dc_i * estimate_.dc_i + estimate_.dc_q * estimate_.dc_q;
  const auto threshold = static_cast<std::uint64_t>(kSamples * (kGateRatio * estimate_.power + offset) / kEnergyUnit);
  std::uint64_t ahead = 0;
  for (std::size_t k = 0; k < kGateBlocks; ++k) ahead += energy_[k];
  for (std::size_t b = 0; b < energy_.size(); ++b) {
    active_[b] = ahead > threshold ? 1 : 0;
    // Behind the end of what was measured nothing is on the air.
    ahead -= energy_[b];
    if (b + kGateBlocks < energy_.size()) ahead += energy_[b + kGateBlocks];
  }
}

}  // namespace airspool::modes
