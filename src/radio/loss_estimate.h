// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>

namespace airspool::radio {

// Samples that a dongle lost because nobody took its buffers in time, or that it did not make while it was silent for a
// moment: nothing tells of them but the clock. Blocks come early or late by chance, so the least delay in half a second
// counts; only after a pause that is longer than all buffers last can it have grown for good. Pure; one thread.
class LossEstimate {
 public:
  explicit LossEstimate(std::uint32_t sample_rate_hz) : rate_(sample_rate_hz) {}

  // A new stream.
  void begin() { begin_.reset(); }
  // A block was here at `at`. How many samples were lost before it; told half a second after the pause.
  std::uint64_t block(BootTime at, std::uint64_t samples);

 private:
  [[nodiscard]] Nanoseconds length_of(std::uint64_t samples) const;

  std::uint32_t rate_;
  std::optional<BootTime> begin_;  // where the stream would have begun, had nothing been lost
  BootTime last_;
  std::uint64_t samples_ = 0;
  Nanoseconds usual_{0};  // delay
  Nanoseconds least_{0};  // in the window
  std::uint64_t window_ = 0;
  bool paused_ = false;
};

}  // namespace airspool::radio
