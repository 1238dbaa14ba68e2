// SPDX-License-Identifier: Apache-2.0
#include "stamp_clock.h"

#include <algorithm>

namespace airspool::feed {

BootTime StampClock::time_of(std::uint64_t stamp_12mhz, BootTime arrival) {
  // 48 bits of stamps are 271 days: the product fits.
  const Nanoseconds stamp(static_cast<Nanoseconds::rep>(stamp_12mhz * 250 / 3));
  const Nanoseconds delay = arrival.time_since_epoch() - stamp;
  const auto jumped = [&](const std::optional<Nanoseconds>& least) {
    return least && (delay - *least > kJump || *least - delay > kJump);
  };
  if (jumped(before_) || jumped(now_)) before_ = now_ = std::nullopt;
  if (!now_ || arrival - window_began_ >= kWindow) {
    before_ = now_;
    now_ = delay;
    window_began_ = arrival;
  }
  now_ = std::min(*now_, delay);
  const Nanoseconds least = before_ ? std::min(*before_, *now_) : *now_;
  return arrival - std::min(delay - least, kMostCorrection);
}

}  // namespace airspool::feed
