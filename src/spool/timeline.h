// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/spool/spool.h>

namespace airspool::spool {

// A stretch of boot time with one calendar. A batch belongs to exactly one.
struct Segment {
  std::int64_t id = 0;  // growing; in the table `segment` once it has a batch
  BootTime start;
  Calendar calendar;
  bool held = false;  // the calendar is not believed yet: `calendar` is what the machine has, no more than a hint
};

// Decides by the clock and `[clock]` which calendar holds, and from when another one does. No I/O; the clock is asked
// at each look. One thread.
class Timeline {
 public:
  // What the file knows at the start.
  struct Past {
    std::int64_t last_segment = 0;
    std::optional<WallTime> newest_stored;
    bool synchronised_in_this_boot = false;
  };
  Timeline(ClockSettings settings, const Clock& clock, const Past& past);

  [[nodiscard]] const Segment& current() const { return current_; }
  // The segment that must begin now, if one must: the clock was stepped, became worth believing, or ceased to be. The
  // caller seals what belongs to the current one, then begins it.
  [[nodiscard]] std::optional<Segment> look(BootTime now);
  void begin(const Segment& segment) { current_ = segment; }
  // A batch with final times is on disk: no clock that is right is behind it.
  void stored(WallTime sealed);

  [[nodiscard]] ClockStat stat(BootTime now) const;

 private:
  struct Belief {
    bool held = false;
    ClockQuality quality = ClockQuality::kSynchronised;
  };
  [[nodiscard]] Belief believe(ClockState state, WallTime wall, BootTime now) const;

  ClockSettings settings_;
  const Clock& clock_;
  BootTime started_;
  std::optional<WallTime> newest_stored_;
  bool was_synchronised_ = false;  // since the boot
  ClockState state_ = ClockState::kSynchronised;
  BootTime state_since_;
  Segment current_;
};

}  // namespace airspool::spool
