// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <airspool/modes/frame.h>

namespace airspool::modes {

// How much processor time may go into weak and overlapping frames. Cost follows traffic: on an empty band all are
// alike.
enum class Effort : std::uint8_t {
  kFull,      // phase, repair, and frames under frames
  kBalanced,  // the same with stricter tests before the costly part
  kEco,       // power alone
};
inline constexpr std::size_t kEffortCount = 3;

// What it took to read a frame: the first of these that was enough.
enum class FoundBy : std::uint8_t {
  kFirstLook,       // the power of its pulses; the parity fitted as it was read
  kPhase,           // power and phase; the parity fitted
  kCodewordSearch,  // the nearest frame whose parity fits: bits were repaired
};
inline constexpr std::size_t kFoundByCount = 3;

// snake_case names for metrics, JSON and messages.
std::string_view to_string(Effort effort);
std::string_view to_string(FoundBy step);

// Stronger than this a frame is close to where the converter clips: many of them mean that the gain is too high. The
// same limit as that of readsb's "strong_signals".
inline constexpr float kStrongDbfs = -3.0F;

// What a demodulator met in a stretch of time: plain sums, which add up to longer stretches, and one maximum. Powers
// are those of a complex sample where a full-scale carrier is 1 (0 dBFS).
struct DemodulatorStats {
  static constexpr std::size_t kFormats = 25;         // downlink formats 0..24
  static constexpr std::size_t kRepairedCounts = 16;  // 0..14 corrected bits, and more

  std::uint64_t samples = 0;          // taken in
  std::uint64_t samples_missing = 0;  // that the source left out: jumps of its index
  std::uint64_t preambles = 0;        // places that were looked at
  std::uint64_t not_pulses = 0;       // of them, what is not followed by pulses in the positions of bits

  // Frames as they are given out.
  std::uint64_t frames = 0;
  std::array<std::uint64_t, kFormats> by_format{};
  std::array<std::uint64_t, kRepairedCounts> by_corrected_bits{};
  std::array<std::uint64_t, kFoundByCount> by_step{};
  std::array<std::uint64_t, kEffortCount> by_effort{};
  std::uint64_t uncovered = 0;  // found where another frame had been taken out of the samples
  std::uint64_t awaited = 0;    // held until another frame proved their address
  std::uint64_t strong = 0;     // above kStrongDbfs

  double signal_power = 0.0;  // sum over the frames
  float peak_power = 0.0F;    // of the strongest frame
  double noise_power = 0.0;   // sum over noise_samples of the noise floor
  std::uint64_t noise_samples = 0;

  DemodulatorStats& operator+=(const DemodulatorStats& later);

  // In dBFS; nothing where there was no frame, or no sample.
  [[nodiscard]] std::optional<double> mean_signal_dbfs() const;
  [[nodiscard]] std::optional<double> peak_signal_dbfs() const;
  [[nodiscard]] std::optional<double> noise_floor_dbfs() const;
};

}  // namespace airspool::modes
