// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <airspool/core/clock.h>

namespace airspool {

// How one complex sample lies in memory, I before Q.
enum class SampleFormat : std::uint8_t {
  kCu8,   // two unsigned bytes, zero at 127.5: what an RTL-SDR gives
  kCs16,  // two signed 16-bit words, little endian, zero at 0, full scale 32768
};

constexpr std::size_t bytes_per_sample(SampleFormat format) { return format == SampleFormat::kCu8 ? 2 : 4; }

// A view of consecutive samples at 1090 MHz. Whoever hands it out owns the bytes and says how long they live.
struct IqBlock {
  std::span<const std::byte> bytes;  // a whole number of samples
  SampleFormat format = SampleFormat::kCu8;
  // Index of the first sample since the source started, counting samples that were lost: a gap shows as a jump.
  std::uint64_t first_sample = 0;
  // When its last sample was here; nothing where that is of no interest (a recording).
  std::optional<BootTime> arrived = std::nullopt;

  [[nodiscard]] std::size_t samples() const { return bytes.size() / bytes_per_sample(format); }
};

}  // namespace airspool
