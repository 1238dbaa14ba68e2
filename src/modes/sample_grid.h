// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace airspool::modes {

// Every time inside the demodulator counts ticks of 12 MHz. Both sample rates lie on that grid (a sample is 6 ticks at
// 2.0 MS/s and 5 at 2.4 MS/s) and so does the signal (Annex 10 Vol IV 3.1.2.1: pulses of 0.5 us on a raster of 0.5 us),
// so that one design serves both rates.
inline constexpr int kTicksPerSecond = 12'000'000;
inline constexpr int kHalfBitTicks = 6;
inline constexpr int kPreambleHalfBits = 16;
inline constexpr int kPreamblePulses = 4;
inline constexpr int kShortBits = 56;
inline constexpr int kLongBits = 112;
inline constexpr int kFrameHalfBits = kPreambleHalfBits + 2 * kLongBits;
// From the first preamble pulse to the end of bit 56, where the Beast protocol takes its time stamp.
inline constexpr int kStampTicks = (kPreambleHalfBits + 2 * kShortBits) * kHalfBitTicks;

inline constexpr int kMaxPhases = 6;

// Samples that are kept before a start position (the longest frame, which a later one may have hidden until it was
// taken out of the signal, and the refinement of its time) and after it (the longest frame, 289 samples at 2.4 MS/s,
// the filter's taps and the refinement).
inline constexpr std::size_t kSamplesBefore = 304;
inline constexpr std::size_t kSamplesAfter = 328;

// Half-bits of the preamble with a pulse, at 0, 1.0, 3.5 and 4.5 us (Annex 10 Vol IV 3.1.2.1.5.1.1).
inline constexpr int kPreamblePulseAt[kPreamblePulses] = {0, 2, 7, 9};

}  // namespace airspool::modes
