// SPDX-License-Identifier: Apache-2.0
#include "source_lags.h"

#include <algorithm>

#include <airspool/feed/heard_frames.h>

namespace airspool::feed {
namespace {

// A tenth of the difference at a time: seconds to learn, and no jitter of a network moves it much.
constexpr int kReluctance = 10;

}  // namespace

void SourceLags::learn(unsigned a, BootTime at_a, unsigned b, BootTime at_b) {
  const bool a_is_later = at_a > at_b;
  const unsigned later = (a_is_later ? a : b) % kSources;
  const unsigned earlier = (a_is_later ? b : a) % kSources;
  const Nanoseconds step = (a_is_later ? at_a - at_b : at_b - at_a) / kReluctance;
  // What was taken off too much is given back first, so that lags do not push each other up.
  if (lags_[earlier] > Nanoseconds::zero()) {
    lags_[earlier] = std::max(lags_[earlier] - step, Nanoseconds::zero());
  } else if (later != kOwnRadio) {
    lags_[later] = std::min(lags_[later] + step, kMost);
  }
}

}  // namespace airspool::feed
