// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include <airspool/core/clock.h>

namespace airspool::feed {

// How much later than the quickest each source tells what it hears: a receiver may hold its frames back (an Airspool
// does, for half a second), and the way may be long. Learned from transmissions that two of them heard. One source at
// least is right: the own radio (0), whose times are those of its samples, else the quickest.
class SourceLags {
 public:
  static constexpr std::size_t kSources = 32;
  static constexpr Nanoseconds kMost = std::chrono::seconds(2);

  [[nodiscard]] BootTime put_right(unsigned source, BootTime time) const { return time - lags_[source % kSources]; }
  // One transmission at two times that were put right.
  void learn(unsigned a, BootTime at_a, unsigned b, BootTime at_b);

 private:
  std::array<Nanoseconds, kSources> lags_{};
};

}  // namespace airspool::feed
