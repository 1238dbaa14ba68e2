// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <airspool/core/iq_block.h>

namespace airspool::modes {

// Complex samples as they are kept: I and Q in turn, 16 bits each, full scale 32768 whatever the source's format.
inline constexpr float kFullScale = 32768.0F;

// Appends samples [first, first + count) of a block to `destination` (2 * count words). No word is -32768, so that the
// square of a sample always fits into 31 bits.
void convert_samples(const IqBlock& block, std::size_t first, std::size_t count, std::int16_t* destination);

// Energy of each block of 8 samples (16 words of interleaved IQ), in eighths of a step squared.
void block_energies(const std::int16_t* iq, std::size_t blocks, std::uint32_t* energies);

// What a receiver adds by itself, in units where full scale is 1.
struct NoiseEstimate {
  float power = 0.0F;  // of a complex sample, without the DC offset
  float dc_i = 0.0F;
  float dc_q = 0.0F;
};

// Energies of blocks of 8 samples, and from them the noise floor, the DC offset and where something is on the air. The
// floor is taken from the quietest quarter of the blocks, so that a busy band does not raise it.
class NoiseMeter {
 public:
  static constexpr std::size_t kBlockSamples = 8;

  explicit NoiseMeter(std::size_t max_samples);

  // Measures a window (interleaved IQ, a multiple of kBlockSamples). The first `window_samples` of it feed the
  // estimate, the rest belongs to the next window and is only measured. With `window_samples` too few for statistics
  // the estimate stands.
  void measure(std::span<const std::int16_t> iq, std::size_t window_samples);

  // Forgets the estimate: the next window is the first.
  void reset() {
    estimate_ = {};
    measured_ = false;
  }

  [[nodiscard]] const NoiseEstimate& estimate() const { return estimate_; }

  // Whether what begins in this block looks stronger than noise for about the length of a short frame.
  [[nodiscard]] bool active(std::size_t block) const { return active_[block] != 0; }
  [[nodiscard]] std::size_t blocks() const { return active_.size(); }

 private:
  struct Sum {
    std::int32_t i = 0;
    std::int32_t q = 0;
  };
  // Mean energy of noise alone, by the quartile of scratch_.
  float mean_of_quiet();
  void update_estimate(std::span<const std::int16_t> iq, std::size_t window_blocks);
  void mark_active();

  std::vector<std::uint32_t> energy_;  // of each block, about the nominal zero
  std::vector<float> scratch_;
  std::vector<Sum> sums_;
  std::vector<std::uint8_t> active_;
  NoiseEstimate estimate_;
  bool measured_ = false;
};

}  // namespace airspool::modes
