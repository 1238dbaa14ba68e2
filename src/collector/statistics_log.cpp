// SPDX-License-Identifier: Apache-2.0
#include "statistics_log.h"

#include <algorithm>
#include <chrono>

namespace airspool::collector {
namespace {

constexpr Nanoseconds kMinute = std::chrono::minutes(1);

}  // namespace

StatisticsLog::StatisticsLog(BootTime start) {
  latest_.begin = latest_.end = start;
  total_.begin = total_.end = start;
}

void StatisticsLog::add(const Statistics& fresh) {
  latest_ += fresh;
  total_ += fresh;
}

void StatisticsLog::tick(BootTime now) {
  latest_.end = total_.end = now;
  if (now - latest_.begin < kMinute) return;
  minutes_[closed_ % kMinutes] = latest_;
  ++closed_;
  latest_ = {};
  latest_.begin = latest_.end = now;
}

Statistics StatisticsLog::last(std::size_t minutes) const {
  const std::size_t count = std::min({minutes, closed_, kMinutes});
  Statistics sum;
  if (count == 0) {
    sum.begin = sum.end = latest_.begin;
    return sum;
  }
  for (std::size_t back = count; back > 0; --back) {
    const Statistics& minute = minutes_[(closed_ - back) % kMinutes];
    if (back == count) sum.begin = minute.begin;
    sum += minute;
  }
  return sum;
}

StatisticsReport StatisticsLog::report() const { return {latest_, last(1), last(5), last(kMinutes), total_}; }

}  // namespace airspool::collector
