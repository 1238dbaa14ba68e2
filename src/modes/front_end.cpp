// SPDX-License-Identifier: Apache-2.0
#include "front_end.h"

#include <algorithm>
#include <cstring>

namespace airspool::modes {
namespace {

// The lower quartile of the energy of 8 complex samples of white noise is 0.744 of its mean (Gamma distribution, shape
// 8).
constexpr float kQuartileOfMean = 0.744F;
// A block counts as quiet, for the DC offset, when its energy is below this multiple of the mean of noise.
constexpr float kQuietRatio = 1.6F;
constexpr float kSmoothing = 0.2F;
constexpr std::size_t kQuartileStep = 8;
// Fewer blocks than this say too little about the noise, unless nothing better is known.
constexpr std::size_t kEnoughBlocks = 256;
// Silence made of equal samples has no power at all; thresholds still need a positive floor.
constexpr float kPowerFloor = 1e-9F;

// The gate looks over 128 samples; pure noise exceeds 1.4 times its mean by chance at 4.5 standard deviations.
constexpr std::size_t kGateBlocks = 16;
constexpr float kGateRatio = 1.4F;

}  // namespace

void convert_samples(const IqBlock& block, std::size_t first, std::size_t count, std::int16_t* destination) {
  const std::byte* source = block.bytes.data() + first * bytes_per_sample(block.format);
  if (block.format == SampleFormat::kCu8) {
    for (std::size_t i = 0; i < 2 * count; ++i) {
      destination[i] = static_cast<std::int16_t>((2 * std::to_integer<int>(source[i]) - 255) * 128);
    }
    return;
  }
  for (std::size_t i = 0; i < 2 * count; ++i) {
    const auto low = std::to_integer<std::uint16_t>(source[2 * i]);
    const auto high = std::to_integer<std::uint16_t>(source[2 * i + 1]);
    destination[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(low | (high << 8U)));
  }
}

NoiseMeter::NoiseMeter(std::size_t max_samples) {
  const std::size_t blocks = max_samples / kBlockSamples;
  energy_.reserve(blocks);
  sum_i_.reserve(blocks);
  sum_q_.reserve(blocks);
  scratch_.reserve(blocks);
  active_.reserve(blocks);
}

void NoiseMeter::measure(std::span<const std::int16_t> iq, std::size_t window_samples) {
  const std::size_t blocks = iq.size() / (2 * kBlockSamples);
  energy_.resize(blocks);
  sum_i_.resize(blocks);
  sum_q_.resize(blocks);
  constexpr float kScale = 1.0F / kFullScale;
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::int16_t* x = iq.data() + b * 2 * kBlockSamples;
    float energy = 0.0F;
    std::int32_t i_sum = 0;
    std::int32_t q_sum = 0;
    for (std::size_t k = 0; k < kBlockSamples; ++k) {
      const std::int32_t i = x[2 * k];
      const std::int32_t q = x[2 * k + 1];
      // Halved so that the sum of two squares of full scale stays within 32 bits.
      const std::int32_t half = ((i * i) >> 1U) + ((q * q) >> 1U);
      energy += static_cast<float>(half);
      i_sum += i;
      q_sum += q;
    }
    energy_[b] = 2.0F * energy * kScale * kScale;
    sum_i_[b] = static_cast<float>(i_sum) * kScale;
    sum_q_[b] = static_cast<float>(q_sum) * kScale;
  }
  update_estimate(std::min(blocks, window_samples / kBlockSamples));
  mark_active();
}

float NoiseMeter::energy_without_dc(std::size_t block) const {
  constexpr auto kCount = static_cast<float>(kBlockSamples);
  return energy_[block] - 2.0F * (estimate_.dc_i * sum_i_[block] + estimate_.dc_q * sum_q_[block]) +
         kCount * (estimate_.dc_i * estimate_.dc_i + estimate_.dc_q * estimate_.dc_q);
}

float NoiseMeter::quiet_power(std::size_t window_blocks, bool without_dc) {
  scratch_.clear();
  for (std::size_t b = 0; b < window_blocks; b += kQuartileStep) {
    scratch_.push_back(without_dc ? energy_without_dc(b) : energy_[b]);
  }
  const auto quartile = scratch_.begin() + static_cast<std::ptrdiff_t>(scratch_.size() / 4);
  std::nth_element(scratch_.begin(), quartile, scratch_.end());
  return *quartile / (static_cast<float>(kBlockSamples) * kQuartileOfMean);
}

void NoiseMeter::update_estimate(std::size_t window_blocks) {
  if (window_blocks == 0 || (measured_ && window_blocks < kEnoughBlocks)) return;
  const float weight = measured_ ? kSmoothing : 1.0F;
  const float limit = kQuietRatio * static_cast<float>(kBlockSamples) * quiet_power(window_blocks, false);
  float i_sum = 0.0F;
  float q_sum = 0.0F;
  std::size_t quiet = 0;
  for (std::size_t b = 0; b < window_blocks; ++b) {
    if (energy_[b] > limit) continue;
    i_sum += sum_i_[b];
    q_sum += sum_q_[b];
    ++quiet;
  }
  if (quiet > 0) {
    const float samples = static_cast<float>(quiet * kBlockSamples);
    estimate_.dc_i += weight * (i_sum / samples - estimate_.dc_i);
    estimate_.dc_q += weight * (q_sum / samples - estimate_.dc_q);
  }
  estimate_.power += weight * (std::max(quiet_power(window_blocks, true), kPowerFloor) - estimate_.power);
  estimate_.power = std::max(estimate_.power, kPowerFloor);
  measured_ = true;
}

void NoiseMeter::mark_active() {
  active_.assign(energy_.size(), 0);
  const float threshold = kGateRatio * static_cast<float>(kGateBlocks * kBlockSamples) * estimate_.power;
  // A sum made anew every 16 blocks: a running float sum would carry the rounding of a strong frame into silence.
  for (std::size_t b = 0; b + kGateBlocks <= energy_.size(); b += kGateBlocks) {
    float ahead = 0.0F;
    for (std::size_t k = 0; k < kGateBlocks; ++k) ahead += energy_without_dc(b + k);
    for (std::size_t k = 0; k < kGateBlocks; ++k) {
      active_[b + k] = ahead > threshold ? 1 : 0;
      if (b + k + kGateBlocks >= energy_.size()) break;
      ahead += energy_without_dc(b + k + kGateBlocks) - energy_without_dc(b + k);
    }
  }
}

}  // namespace airspool::modes
