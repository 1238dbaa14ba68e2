// SPDX-License-Identifier: Apache-2.0
#include <sys/timex.h>
#include <time.h>

#include <airspool/core/clock.h>

namespace airspool {
namespace {

Nanoseconds read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

}  // namespace

BootTime SystemClock::boot_now() const { return BootTime(read_clock(CLOCK_BOOTTIME)); }

WallTime SystemClock::wall_now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

ClockQuality SystemClock::quality() const {
  timex state{};
  const int status = adjtimex(&state);
  const bool synchronised = status >= 0 && status != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return synchronised ? ClockQuality::kSynchronised : ClockQuality::kUnverified;
}

}  // namespace airspool
