// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <airspool/modes/frame.h>

#include "matched_filter.h"
#include "preamble.h"

namespace airspool::modes {

// A candidate read as bits, before anybody asked whether they make sense.
struct SlicedFrame {
  std::array<std::uint8_t, kLongFrameBytes> bytes{};
  std::uint8_t length = 0;                     // bytes: 7 or 14, as the first bit says
  std::array<float, kLongBits> reliability{};  // how far each bit was from being read otherwise, as amplitude
  float quality = 0.0F;                        // 0.5 for noise .. 1 for a clean signal
  std::size_t tick = 0;                        // leading edge of the first preamble pulse, refined by all pulses
  [[nodiscard]] int bits() const { return length * 8; }
};

// The downlink formats that are decoded, by number: 0, 4, 5, 11, 16, 17, 18, 20, 21.
inline constexpr std::uint32_t kDecodedFormats =
    1U << 0U | 1U << 4U | 1U << 5U | 1U << 11U | 1U << 16U | 1U << 17U | 1U << 18U | 1U << 20U | 1U << 21U;

enum class SliceOutcome : std::uint8_t {
  kNoFrame,  // what follows does not look like pulse position modulation
  kUnknownFormat,
  kTruncated,  // it does, but the samples end before the frame
  kFrame,
};

// Reads bits by comparing the power in their two halves, at the tick where the whole frame has the most contrast.
class Slicer {
 public:
  explicit Slicer(const MatchedFilter& filter);

  // `end_sample` is the first sample of the planes that is not a sample of the stream.
  SliceOutcome slice(const Candidate& candidate, float noise_power, std::size_t end_sample, SlicedFrame& frame);

  // Other readings of a candidate that slice() took for a frame, for when nothing came of it.
  // Where its preamble alone puts it: pulses that straddle two samples can have their best contrast at a wrong tick.
  SliceOutcome slice_as_announced(const Candidate& candidate, std::size_t end_sample, SlicedFrame& frame);
  // There too, each bit taken for the same as the one before unless the power says clearly otherwise. At 2.0 MS/s a
  // half-bit is one sample; where the edges of the pulses meet the samples, only a change of bits shows at all.
  SliceOutcome slice_by_changes(const Candidate& candidate, std::size_t end_sample, SlicedFrame& frame);

  // Mean power of the frame's pulses; 1 is a full-scale carrier. Only while its planes stand.
  [[nodiscard]] float signal_power(const SlicedFrame& frame, float noise_power) const;

 private:
  struct Halves {
    float first = 0.0F;
    float second = 0.0F;
  };
  SliceOutcome read_frame(std::size_t tick, std::size_t end_tick, float hysteresis, SlicedFrame& frame);
  // One bit after `previous`; both powers within `lead` of each other are no change.
  [[nodiscard]] bool decide(std::size_t bit, bool previous, float lead) const;
  [[nodiscard]] std::size_t end_tick(std::size_t end_sample) const {
    return end_sample * static_cast<std::size_t>(filter_->planes().phases);
  }
  [[nodiscard]] const std::uint32_t* offsets(std::size_t tick) const;
  void read(std::size_t tick, int from_bit, int to_bit);
  // The first 56 bits: do they look like one transmission? kFrame when they do.
  SliceOutcome test_start(const Candidate& candidate, float noise_power, std::size_t end_tick);
  [[nodiscard]] float contrast(std::size_t tick, int bits) const;
  [[nodiscard]] std::size_t sharpest_tick(std::size_t tick, int bits) const;

  const MatchedFilter* filter_;
  // Where in the planes each half-bit of a frame lies, for a start in each phase and at sample 0.
  std::vector<std::uint32_t> offsets_;
  std::array<Halves, kLongBits> halves_{};
};

}  // namespace airspool::modes
