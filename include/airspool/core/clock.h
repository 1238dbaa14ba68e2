// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace airspool {

using Nanoseconds = std::chrono::nanoseconds;

// The time line of CLOCK_BOOTTIME: starts at boot, never steps, runs on through suspend. All ages and intervals are
// computed on it. It has no calendar meaning.
struct BootClock {
  using rep = Nanoseconds::rep;
  using period = Nanoseconds::period;
  using duration = Nanoseconds;
  using time_point = std::chrono::time_point<BootClock, Nanoseconds>;
  static constexpr bool is_steady = true;  // NOLINT(readability-identifier-naming): the standard's name
};
using BootTime = BootClock::time_point;

// UTC. May step at any moment on a box without a battery-backed clock.
using WallTime = std::chrono::sys_time<Nanoseconds>;

// Record v1 `time_quality`.
enum class ClockQuality : std::uint8_t { kSynchronised = 0, kCorrectedLater = 1, kEstimated = 2, kUnverified = 3 };

// Where boot time lies on the calendar: wall = boot_zero + boot. Holds for as long as nobody steps the calendar.
struct Calendar {
  WallTime boot_zero;  // what the calendar said, or would have said, at boot
  ClockQuality quality = ClockQuality::kSynchronised;

  [[nodiscard]] constexpr WallTime at(BootTime time) const { return boot_zero + time.time_since_epoch(); }
  [[nodiscard]] constexpr BootTime boot_time_of(WallTime time) const { return BootTime(time - boot_zero); }
};

// Where time comes from. Injected wherever time matters, so that no test sleeps. Implementations are safe to call from
// any thread.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual BootTime boot_now() const = 0;
  [[nodiscard]] virtual WallTime wall_now() const = 0;
  [[nodiscard]] virtual ClockQuality quality() const = 0;
};

// The calendar as `clock` has it now.
Calendar calendar_of(const Clock& clock);

// The clock of the machine. `quality` asks the kernel (adjtimex) whether something disciplines it.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] BootTime boot_now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  [[nodiscard]] ClockQuality quality() const override;
};

// A clock that stands until it is told to move: for tests, and for replay, where the samples are the clock.
// One thread only.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = WallTime{}, BootTime boot = BootTime{}) : boot_(boot), wall_(wall) {}

  [[nodiscard]] BootTime boot_now() const override { return boot_; }
  [[nodiscard]] WallTime wall_now() const override { return wall_; }
  [[nodiscard]] ClockQuality quality() const override { return quality_; }

  // Time passes: both time lines move.
  void advance(Nanoseconds by) {
    boot_ += by;
    wall_ += by;
  }
  // The calendar is put right (or wrong): only wall time moves.
  void step_wall(Nanoseconds by) { wall_ += by; }
  void set_quality(ClockQuality quality) { quality_ = quality; }

 private:
  BootTime boot_;
  WallTime wall_;
  ClockQuality quality_ = ClockQuality::kSynchronised;
};

}  // namespace airspool
