// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>

namespace airspool::feed {

// Places the 12 MHz stamps of one sender on boot time: what came late, because it was sent in bunches or held up on the
// way, gets the time at which it would have come over an idle line. The least delay of the last 10 to 20 s is taken for
// such a line; so a sender's clock may drift, jump or start again. A time is corrected by a second at most, and never
// into the future.
class StampClock {
 public:
  static constexpr Nanoseconds kMostCorrection = std::chrono::seconds(1);

  BootTime time_of(std::uint64_t stamp_12mhz, BootTime arrival);

 private:
  static constexpr Nanoseconds kWindow = std::chrono::seconds(10);
  // A delay that changes by more is another clock.
  static constexpr Nanoseconds kJump = std::chrono::seconds(5);

  BootTime window_began_{};
  // Arrival less stamp, the least of the window before and of this one.
  std::optional<Nanoseconds> before_;
  std::optional<Nanoseconds> now_;
};

}  // namespace airspool::feed
