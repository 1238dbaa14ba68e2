// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include "first_look.h"
#include "matched_filter.h"
#include "soft_bits.h"

namespace airspool::modes {

// A frame's carrier as its pulses show it.
struct CarrierTrack {
  float turn = 0.0F;       // radians in a half-bit
  float amplitude = 0.0F;  // of a pulse on the air
  // Unit phasors of the pulses by order: four of the preamble, then one a bit; smoothed over the neighbours.
  alignas(32) std::array<float, kPreamblePulses + kLongBits> phase_i{};
  alignas(32) std::array<float, kPreamblePulses + kLongBits> phase_q{};
};

// Reads a frame with the phase of its carrier, which its own pulses give, once it is roughly known by power which
// halves hold them. Noise then counts in one dimension instead of two, and what a pulse spills into the next half-bit
// can be told from a pulse there: the most likely sequence of bits is found with one bit of memory.
class CoherentReader {
 public:
  CoherentReader(const MatchedFilter& filter, const FirstLook& look);

  // Reads again what `soft` decides, for a frame whose first pulse begins at `tick` + `part` (-0.5 .. 0.5), and puts
  // better log-likelihood ratios there. Leaves the carrier in track().
  void read(std::size_t tick, float part, float noise_power, SoftBits& soft);

  [[nodiscard]] const CarrierTrack& track() const { return track_; }

  static constexpr int kPulses = kPreamblePulses + kLongBits;

 private:
  static constexpr int kPadded = 240;  // half-bits of a long frame, a multiple of 8

  void fetch(std::size_t tick, float part, int half_bits);
  void choose_pulses(const SoftBits& soft);
  void estimate_turn(const SoftBits& soft);
  void rotate(int half_bits);
  void smooth_phase(int bits);
  [[nodiscard]] float unsteadiness(int bits, const float* across_first, const float* across_second) const;
  void project(int bits, float noise_power);
  void find_sequence(SoftBits& soft) const;

  const MatchedFilter* filter_;
  const FirstLook* look_;
  CarrierTrack track_;

  alignas(32) std::array<float, kPadded> y_i_{}, y_q_{};  // filter output at each half-bit
  alignas(32) std::array<float, kPadded> z_i_{}, z_q_{};  // the same with the carrier's turning taken off
  alignas(32) std::array<float, kPadded> turn_i_{}, turn_q_{};
  alignas(32) std::array<float, kPadded> gain_{}, energy_{}, overlap_{};
  std::array<int, kPulses> at_{};                            // half-bit of each pulse
  alignas(32) std::array<float, kLongBits> one_{}, zero_{};  // metric of a pulse in the first, second half
  alignas(32) std::array<float, kLongBits> spill_{};         // what a zero before takes from a one
};

}  // namespace airspool::modes
