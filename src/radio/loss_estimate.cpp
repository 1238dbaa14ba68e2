// SPDX-License-Identifier: Apache-2.0
#include "loss_estimate.h"

#include <algorithm>
#include <chrono>

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

// A little less than the library's buffers last at 2.4 MS/s (librtlsdr_bus.cpp).
constexpr Nanoseconds kBuffersLast = 200ms;
// Less than that may be chance.
constexpr Nanoseconds kLeastLoss = 20ms;

}  // namespace

std::uint64_t LossEstimate::block(BootTime at, std::uint64_t samples) {
  if (!begin_) {
    begin_ = at - length_of(samples);
    samples_ = window_ = 0;
    usual_ = least_ = 0ns;
    paused_ = false;
    last_ = at;
  }
  samples_ += samples;
  const Nanoseconds delay = at - *begin_ - length_of(samples_);
  if (at - last_ > kBuffersLast) {
    paused_ = true;
    window_ = 0;
  }
  last_ = at;
  least_ = window_ == 0 ? delay : std::min(least_, delay);
  window_ += samples;
  if (window_ < rate_ / 2) return 0;
  window_ = 0;
  const Nanoseconds grown = least_ - usual_;
  if (!paused_ || grown < kLeastLoss) {
    usual_ = least_;
    paused_ = false;
    return 0;
  }
  paused_ = false;
  *begin_ += grown;
  return static_cast<std::uint64_t>(std::chrono::duration<double>(grown).count() * rate_);
}

Nanoseconds LossEstimate::length_of(std::uint64_t samples) const {
  return std::chrono::seconds(samples / rate_) +
         Nanoseconds(static_cast<Nanoseconds::rep>(samples % rate_ * 1'000'000'000 / rate_));
}

}  // namespace airspool::radio
