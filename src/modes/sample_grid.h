// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace airspool::modes {

// Every time inside the demodulator is a whole number of ticks of 12 MHz. Both sample rates lie on that grid (a sample
// is 6 ticks at 2.0 MS/s and 5 at 2.4 MS/s) and so does the signal (Annex 10 Vol IV 3.1.2.1: pulses of 0.5 us on a
// raster of 0.5 us), so that one design serves both rates.
inline constexpr int kTicksPerSecond = 12'000'000;
inline constexpr int kHalfBitTicks = 6;
inline constexpr int kPreambleHalfBits = 16;
inline constexpr int kShortBits = 56;
inline constexpr int kLongBits = 112;
inline constexpr int kFrameHalfBits = kPreambleHalfBits + 2 * kLongBits;
// From the first preamble pulse to the end of bit 56, where the Beast protocol takes its time stamp.
inline constexpr int kStampTicks = (kPreambleHalfBits + 2 * kShortBits) * kHalfBitTicks;

inline constexpr int kMaxPhases = 6;

// Samples that must lie before a start position (the neighbour of a local maximum, timing refinement) and after it (the
// longest frame, 289 samples at 2.4 MS/s, the filter's taps and the refinement).
inline constexpr std::size_t kSamplesBefore = 8;
inline constexpr std::size_t kSamplesAfter = 320;

}  // namespace airspool::modes
