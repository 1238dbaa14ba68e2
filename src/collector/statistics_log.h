// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

#include <airspool/core/clock.h>
#include <airspool/core/statistics.h>

namespace airspool::collector {

// The statistics of the last 15 minutes and of the whole run. A minute ends with the first tick that finds it over, so
// that it is longer where nobody ticked (a machine that slept); what it tells is right, because it knows its own
// begin and end. Fixed size; owned by the thread that ticks (sky).
class StatisticsLog {
 public:
  static constexpr std::size_t kMinutes = 15;

  explicit StatisticsLog(BootTime start);

  // What happened since the last call; its times are not looked at.
  void add(const Statistics& fresh);
  // It is `now`: closes the minute when it is over.
  void tick(BootTime now);

  [[nodiscard]] StatisticsReport report() const;

 private:
  [[nodiscard]] Statistics last(std::size_t minutes) const;

  Statistics latest_;
  Statistics total_;
  std::array<Statistics, kMinutes> minutes_{};  // a ring
  std::size_t closed_ = 0;                      // minutes since the start
};

}  // namespace airspool::collector
