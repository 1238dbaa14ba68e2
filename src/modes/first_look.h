// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "matched_filter.h"
#include "preamble.h"
#include "soft_bits.h"

namespace airspool::modes {

enum class LookOutcome : std::uint8_t {
  kNoFrame,    // what follows does not look like pulse position modulation
  kTruncated,  // it does, but the samples end before the frame
  kFrame,
};

// Looks at candidates by power alone: cheap tests first, which most chance candidates fail on the first of their bits,
// then what the powers of its halves say about each bit.
class FirstLook {
 public:
  // `min_quality` is the contrast sum|a-b| / sum(a+b) of the halves of the first 56 bits that a frame must show; noise
  // gives 0.5, a clean signal 1.
  FirstLook(const MatchedFilter& filter, float min_quality);

  void set_min_quality(float min_quality);

  // Reads the first 56 bits. `end_sample` is the first sample of the planes that is not one of the stream.
  LookOutcome look(const Candidate& candidate, float noise_power, std::size_t end_sample);

  // After look() said kFrame: the log-likelihood ratios of its bits. Reads on to 112 where the first bit, or what
  // follows on the air, says that it is a long one; kTruncated when the samples end before.
  LookOutcome read(const Candidate& candidate, float noise_power, std::size_t end_sample, SoftBits& soft);

  // How far, in ticks, the pulses of the bits that `soft` decides lie from `tick`; -2 .. 2.
  [[nodiscard]] float displacement(std::size_t tick, const SoftBits& soft) const;

  // Mean power of these pulses as it was on the air; 1 is a full-scale carrier.
  [[nodiscard]] float signal_power(std::size_t tick, const SoftBits& soft, float noise_power) const;

  // Where in the planes each half-bit of a frame lies, for a start in the phase of `tick` and at sample 0.
  [[nodiscard]] const std::uint32_t* places(std::size_t tick) const {
    const auto phases = static_cast<std::size_t>(filter_->planes().phases);
    return places_.data() + (tick % phases) * kFrameHalfBits;
  }

 private:
  void fetch(std::size_t tick, int from_bit, int to_bit);
  [[nodiscard]] float pulse_power(std::size_t tick, const SoftBits& soft) const;

  const MatchedFilter* filter_;
  float mean_energy_ = 0.0F;
  std::array<float, 4> min_quality_{};
  std::vector<std::uint32_t> places_;
  alignas(32) std::array<float, kLongBits> first_{};  // power of the halves of each bit
  alignas(32) std::array<float, kLongBits> second_{};
};

}  // namespace airspool::modes
