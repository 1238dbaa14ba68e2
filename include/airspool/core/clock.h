// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

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

// What the machine itself says of its calendar.
enum class ClockState : std::uint8_t {
  kSynchronised,    // something has set it by a better clock
  kUnsynchronised,  // something is there to do that, and has not yet, or not for too long
  kFreeRunning,     // nothing here looks after it: a container, a virtual machine on its host's clock
};
const char* to_string(ClockState state);  // "synchronised", "not synchronised", "free-running"

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
  [[nodiscard]] virtual ClockState state() const = 0;
};

// What to add to boot time for UTC, as `clock` has it now: the WallTime of boot time zero.
WallTime boot_zero_of(const Clock& clock);

// The kernel's name for this boot (/proc/sys/kernel/random/boot_id): two boot times can be compared only when theirs is
// the same. Empty where it cannot be read. `root` goes before the path (for tests).
std::string boot_id(const std::string& root = "");

// The day on which this program was built: no clock that is right is behind it.
WallTime build_time();

// The clock of the machine. Synchronised is what systemd-timesyncd or the kernel (adjtimex) says is so; who looks after
// a clock that is not, is told by signs of time services (src/decisions/0013-when-the-clock-is-believed.md) that are
// looked for every 10 s at most.
class SystemClock final : public Clock {
 public:
  SystemClock();
  // Looks under `root` instead of /, and asks `kernel_synchronised` instead of the kernel: for tests.
  SystemClock(std::string root, std::function<bool()> kernel_synchronised);

  [[nodiscard]] BootTime boot_now() const override;
  [[nodiscard]] WallTime wall_now() const override;
  [[nodiscard]] ClockState state() const override;

 private:
  std::string root_;
  std::function<bool()> kernel_synchronised_;
  mutable std::atomic<std::int64_t> looked_ns_{-1};  // when signs were last looked for; -1: never
  mutable std::atomic<bool> looked_after_{false};    // what was found then
};

// A clock that stands until it is told to move: for tests, and for replay, where the samples are the clock.
// One thread only.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(WallTime wall = WallTime{}, BootTime boot = BootTime{}) : boot_(boot), wall_(wall) {}

  [[nodiscard]] BootTime boot_now() const override { return boot_; }
  [[nodiscard]] WallTime wall_now() const override { return wall_; }
  [[nodiscard]] ClockState state() const override { return state_; }

  // Time passes: both time lines move.
  void advance(Nanoseconds by) {
    boot_ += by;
    wall_ += by;
  }
  // The calendar is put right (or wrong): only wall time moves.
  void step_wall(Nanoseconds by) { wall_ += by; }
  void set_state(ClockState state) { state_ = state; }

 private:
  BootTime boot_;
  WallTime wall_;
  ClockState state_ = ClockState::kSynchronised;
};

}  // namespace airspool
