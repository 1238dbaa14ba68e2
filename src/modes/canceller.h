// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "coherent.h"
#include "pulse_shape.h"
#include "sample_grid.h"
#include "soft_bits.h"

namespace airspool::modes {

// What taking a frame out of the signal left and showed.
struct Cancelled {
  std::size_t first = 0;  // samples [first, last) were touched
  std::size_t last = 0;
  float residue = 0.0F;     // mean power of what is left there
  float late_ticks = 0.0F;  // how much later the leading edges lie than was said
};

// Takes a frame that is known out of the samples, so that what it covered can be heard. The frame is built anew from
// its bits and its carrier; how strong it is, and when and how fast the pulses really begin and end, is fitted to the
// samples by least squares: one complex number each for the pulses, their leading and their trailing edges.
class Canceller {
 public:
  Canceller(const PulseShape& shape, int ticks_per_sample) : shape_(&shape), ticks_per_sample_(ticks_per_sample) {}

  // `start` is the leading edge of the first pulse in ticks from i[0], q[0].
  Cancelled cancel(float start, const SoftBits& soft, const CarrierTrack& track, std::span<float> i,
                   std::span<float> q);

 private:
  static constexpr std::size_t kMost = 320;  // samples of a long frame
  static constexpr int kTaps = 6;
  static constexpr int kFirstTap = -2;
  static constexpr int kKinds = 3;  // pulses, leading edges, trailing edges

  using Row = std::array<float, kMost>;
  struct Taps {
    std::array<float, kTaps> pulse{}, edge{};
  };

  void build_shapes(float start, const SoftBits& soft, std::size_t count);
  void build_carrier(float start, const SoftBits& soft, const CarrierTrack& track, std::size_t count);

  const PulseShape* shape_;
  int ticks_per_sample_;
  alignas(32) std::array<Row, kKinds> shapes_{};
  alignas(32) Row carrier_i_{}, carrier_q_{};
  alignas(32) Row flat_i_{}, flat_q_{};  // the samples with the carrier taken off
};

}  // namespace airspool::modes
