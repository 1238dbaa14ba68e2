// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <time.h>

#include <airspool/core/clock.h>

#include "clock_signs.h"

namespace airspool {
namespace {

constexpr std::chrono::seconds kLookEvery{10};

Nanoseconds read_clock(clockid_t id) {
  timespec now{};
  clock_gettime(id, &now);
  return std::chrono::seconds(now.tv_sec) + Nanoseconds(now.tv_nsec);
}

}  // namespace

const char* to_string(ClockState state) {
  switch (state) {
    case ClockState::kSynchronised:
      return "synchronised";
    case ClockState::kUnsynchronised:
      return "not synchronised";
    case ClockState::kFreeRunning:
      return "free-running";
  }
  return "?";
}

WallTime boot_zero_of(const Clock& clock) {
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
  return boot_zero;
}

WallTime build_time() { return WallTime(std::chrono::seconds(AIRSPOOL_BUILD_TIME)); }

SystemClock::SystemClock() : SystemClock("", kernel_says_synchronised) {}

SystemClock::SystemClock(std::string root, std::function<bool()> kernel_synchronised)
    : root_(std::move(root)), kernel_synchronised_(std::move(kernel_synchronised)) {}

BootTime SystemClock::boot_now() const { return BootTime(read_clock(CLOCK_BOOTTIME)); }

WallTime SystemClock::wall_now() const { return WallTime(read_clock(CLOCK_REALTIME)); }

ClockState SystemClock::state() const {
  if (timesyncd_says_synchronised(root_) || kernel_synchronised_()) return ClockState::kSynchronised;
  const std::int64_t now_ns = boot_now().time_since_epoch().count();
  const std::int64_t looked_ns = looked_ns_.load();
  if (looked_ns < 0 || now_ns - looked_ns >= Nanoseconds(kLookEvery).count()) {
    looked_after_ = something_looks_after_the_clock(root_);
    looked_ns_ = now_ns;
  }
  return looked_after_ ? ClockState::kUnsynchronised : ClockState::kFreeRunning;
}

}  // namespace airspool
