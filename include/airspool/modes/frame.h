// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace airspool::modes {

inline constexpr std::size_t kShortFrameBytes = 7;
inline constexpr std::size_t kLongFrameBytes = 14;

// One Mode S reply or squitter as it was heard (ICAO Annex 10 Vol IV 3.1.2.3). Trivially copyable.
struct ModeSFrame {
  std::array<std::uint8_t, kLongFrameBytes> bytes{};  // only the first `length` count
  std::uint8_t length = 0;                            // 7 or 14
  std::uint8_t corrected_bits = 0;                    // bits changed by repair; 0 = as received
  float signal_dbfs = 0.0F;                           // mean power of the pulses; 0 dBFS = full-scale complex carrier
  // 12 MHz ticks since the first sample of the stream, at the end of bit 56 (also for short frames): what the Beast
  // protocol counts.
  std::uint64_t timestamp_12mhz = 0;
  // What the whole ticks leave out, -0.5 .. 0.5: the pulses of a frame say its time to some nanoseconds.
  float timestamp_fraction = 0.0F;

  // Downlink format: the first five bits, where 24..31 are all DF24 (Comm-D, only its first two bits count).
  [[nodiscard]] constexpr int df() const {
    const int first_five = bytes[0] >> 3U;
    return first_five > 24 ? 24 : first_five;
  }
  [[nodiscard]] std::span<const std::uint8_t> view() const { return {bytes.data(), length}; }
};
static_assert(std::is_trivially_copyable_v<ModeSFrame>);

// Why something that looked like a frame is not one. Each reason has a counter.
enum class FrameReject : std::uint8_t {
  kUnknownFormat,   // a downlink format that nobody sends or that is not decoded
  kWrongLength,     // 7 bytes for a long format or 14 for a short one (decode only)
  kCrc,             // DF11/17/18: the parity does not fit
  kUnknownAddress,  // address-parity format: the address was never heard in a frame that proves it
  kTruncated,       // the stream ended, or samples were lost, inside the frame
  kDuplicate,       // the same frame found twice at one place
};
inline constexpr std::size_t kFrameRejectCount = 6;

// snake_case name for metrics, JSON and messages.
std::string_view to_string(FrameReject reason);

// What the demodulator gives: accepted frames in timestamp order, and a count for each reason of rejection. The owner
// empties `frames` when it has taken them; the counts only grow.
struct FrameSink {
  std::vector<ModeSFrame> frames;
  std::array<std::uint64_t, kFrameRejectCount> rejects{};

  void reject(FrameReject reason) { ++rejects[static_cast<std::size_t>(reason)]; }
};

}  // namespace airspool::modes
