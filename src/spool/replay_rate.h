// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>

namespace airspool::spool {

// How fast the backlog of one sink may leave: a bucket of tokens, one a record, filled with `records_per_s` up to one
// second's worth. A batch goes while the bucket is not empty and may leave it in debt, which the next one waits for: so
// the mean is exact whatever the size of the batches, and a burst is one second or one batch. Without a rate nothing
// ever waits. One thread.
class ReplayRate {
 public:
  explicit ReplayRate(std::optional<double> records_per_s = {})
      : records_per_s_(records_per_s), tokens_(records_per_s.value_or(0.0)) {}

  // Whether a batch may go at `now`, which never goes back.
  [[nodiscard]] bool allows(BootTime now) {
    if (!records_per_s_) return true;
    if (filled_) {
      tokens_ += std::chrono::duration<double>(now - *filled_).count() * *records_per_s_;
      tokens_ = std::min(tokens_, *records_per_s_);
    }
    filled_ = now;
    return tokens_ > 0.0;
  }
  // One has gone.
  void pay(std::int64_t records) { tokens_ -= static_cast<double>(records); }

 private:
  std::optional<double> records_per_s_;
  double tokens_;
  std::optional<BootTime> filled_;
};

}  // namespace airspool::spool
