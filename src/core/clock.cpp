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

Calendar calendar_of(const Clock& clock) {
  // The two clocks are read one after the other. A thread that is put aside in between would shift every time of a
  // batch: the reading with the least time in between counts.
  constexpr int kReadings = 5;
  constexpr Nanoseconds kGoodEnough = std::chrono::microseconds(20);
  WallTime boot_zero;
  Nanoseconds least = Nanoseconds::max();
  for (int i = 0; i < kReadings && least > kGoodEnough; ++i) {
    const BootTime before = clock.boot_now();
    const WallTime wall = clock.wall_now();
    const Nanoseconds took = clock.boot_now() - before;
    if (took >= least) continue;
    least = took;
    boot_zero = wall - before.time_since_epoch() - took / 2;
  }
  return {boot_zero, clock.quality()};
}

WallTime SystemClock::wall_now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

ClockQuality SystemClock::quality() const {
  timex state{};
  const int status = adjtimex(&state);
  const bool synchronised = status >= 0 && status != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
  return synchronised ? ClockQuality::kSynchronised : ClockQuality::kUnverified;
}

}  // namespace airspool
