// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <airspool/core/clock.h>
#include <airspool/modes/frame.h>

namespace airspool::feed {

// Tells the copies of one transmission that several receivers heard from transmissions that only look alike. Copies
// have the same bytes, come from different sources, and lie within kWindow of each other: an aircraft that has nothing
// new to say repeats a squitter after 0.4 s at the earliest (DO-260B 2.2.3.3.2). What one source hears twice was sent
// twice. A source that is late by the same amount all the time is put right, up to kMostLag: positions of aircraft that
// fly, which do not repeat, tell by how much.
//
// Fixed memory (300 kB); where more is on the air than it holds, the oldest is forgotten and a copy may count again.
// One thread only.
class DuplicateFilter {
 public:
  static constexpr Nanoseconds kWindow = std::chrono::milliseconds(350);
  static constexpr Nanoseconds kMostLag = std::chrono::seconds(2);
  static constexpr unsigned kMostSources = 32;

  DuplicateFilter();
  DuplicateFilter(DuplicateFilter&&) noexcept;
  DuplicateFilter& operator=(DuplicateFilter&&) noexcept;
  ~DuplicateFilter();

  struct Heard {
    bool first = true;
    BootTime time;  // of reception, put right
    // A copy that is stronger than those before it: the strongest of them.
    std::optional<float> weaker_dbfs;
  };
  // `source` is below kMostSources; `time` is that of reception, as the source has it. Sources need not come in the
  // order of time.
  Heard take(const modes::ModeSFrame& frame, unsigned source, BootTime time);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::feed
