// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/modes/frame.h>

namespace airspool::feed {

// Tells the copies of one transmission that several receivers heard from transmissions that only look alike. Copies
// have the same bytes, come from different sources, and lie within kWindow of each other: an aircraft that has nothing
// new to say repeats a squitter after 0.4 s at the earliest (DO-260B 2.2.3.3.2). What one source hears twice was sent
// twice. Fixed memory (256 kB); where more is on the air than it holds, the oldest is forgotten and a copy may count
// again. One thread only.
class DuplicateFilter {
 public:
  static constexpr Nanoseconds kWindow = std::chrono::milliseconds(350);
  static constexpr unsigned kMostSources = 32;

  DuplicateFilter();

  struct Heard {
    bool first = true;
    // A copy that is stronger than those before it: the strongest of them.
    std::optional<float> weaker_dbfs;
  };
  // `source` is below kMostSources; `time` is that of reception. Sources need not come in the order of time.
  Heard take(const modes::ModeSFrame& frame, unsigned source, BootTime time);

 private:
  static constexpr std::size_t kWays = 8;
  static constexpr std::size_t kSets = 1024;
  struct Entry {
    std::array<std::uint8_t, modes::kLongFrameBytes> bytes{};
    std::uint8_t length = 0;  // 0: free
    float best_dbfs = 0.0F;
    std::uint32_t sources = 0;  // a bit each
    BootTime time{};
  };
  std::vector<std::array<Entry, kWays>> sets_;
};

}  // namespace airspool::feed
