// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <random>

namespace airspool::uplink {

// How long to wait before the next attempt: doubling from `first` to `cap`, each time somewhere in the upper half of
// it, so that a thousand boxes that lost the same broker do not come back in the same instant. Never longer than the
// step itself: the first retry comes within `first`.
class Backoff {
 public:
  Backoff(std::chrono::milliseconds first, std::chrono::milliseconds cap) : first_(first), cap_(cap), step_(first) {}

  template <typename Random>
  std::chrono::milliseconds next(Random& random) {
    std::uniform_int_distribution<std::chrono::milliseconds::rep> upper_half(step_.count() / 2, step_.count());
    const std::chrono::milliseconds wait(upper_half(random));
    step_ = std::min(cap_, step_ * 2);
    return wait;
  }
  void reset() { step_ = first_; }

 private:
  std::chrono::milliseconds first_;
  std::chrono::milliseconds cap_;
  std::chrono::milliseconds step_;
};

}  // namespace airspool::uplink
