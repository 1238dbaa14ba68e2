// SPDX-License-Identifier: Apache-2.0
#include "timeline.h"

#include <algorithm>
#include <utility>

namespace airspool::spool {
namespace {

// A calendar that moved by this much against boot time was stepped, or has crept away by many small steps. What slews a
// clock moves boot time alike (both run at the rate that adjtimex(2) sets), so that it does not show here.
constexpr Nanoseconds kOtherCalendar = std::chrono::milliseconds(50);

}  // namespace

Timeline::Timeline(ClockSettings settings, const Clock& clock, const Past& past)
    : settings_(std::move(settings)),
      clock_(clock),
      started_(clock.boot_now()),
      newest_stored_(past.newest_stored),
      was_synchronised_(past.synchronised_in_this_boot),
      state_(clock.state()),
      state_since_(started_) {
  current_.id = past.last_segment;
  const WallTime boot_zero = boot_zero_of(clock_);
  if (state_ == ClockState::kSynchronised) was_synchronised_ = true;
  const Belief belief = believe(state_, Calendar{boot_zero}.at(started_), started_);
  current_ = {past.last_segment + 1, started_, {boot_zero, belief.quality}, belief.held};
}

std::optional<Segment> Timeline::look(BootTime now) {
  // The state first: whoever says that it is set has set it before.
  const ClockState state = clock_.state();
  const WallTime boot_zero = boot_zero_of(clock_);
  if (state != state_) {
    state_ = state;
    state_since_ = now;
  }
  if (state == ClockState::kSynchronised) was_synchronised_ = true;
  const Belief belief = believe(state, Calendar{boot_zero}.at(now), now);
  const Nanoseconds moved = boot_zero - current_.calendar.boot_zero;
  const bool same_calendar = moved < kOtherCalendar && moved > -kOtherCalendar;
  if (same_calendar && belief.held == current_.held && (belief.held || belief.quality == current_.calendar.quality)) {
    return std::nullopt;
  }
  return Segment{current_.id + 1, now, {boot_zero, belief.quality}, belief.held};
}

Timeline::Belief Timeline::believe(ClockState state, WallTime wall, BootTime now) const {
  constexpr Belief kHold{true, ClockQuality::kUnverified};
  constexpr Belief kUnverified{false, ClockQuality::kUnverified};
  if (state == ClockState::kSynchronised) return {false, ClockQuality::kSynchronised};
  switch (settings_.trust) {
    case ClockTrust::kAlways:
      return kUnverified;
    case ClockTrust::kSynced:
      return kHold;
    case ClockTrust::kAuto:
      break;
  }
  // A network that is away for a day does not make a clock wrong that was right; its drift is some seconds a week.
  if (was_synchronised_ || now - started_ >= settings_.hold_max) return kUnverified;
  const bool plausible = wall >= settings_.not_before && (!newest_stored_ || wall >= *newest_stored_);
  return plausible && state == ClockState::kFreeRunning ? kUnverified : kHold;
}

void Timeline::stored(WallTime sealed) { newest_stored_ = std::max(newest_stored_.value_or(sealed), sealed); }

ClockStat Timeline::stat(BootTime now) const {
  ClockStat stat;
  stat.known = true;
  stat.state = state_;
  stat.state_for_s = std::chrono::duration_cast<std::chrono::seconds>(now - state_since_).count();
  stat.holding = current_.held;
  if (current_.held && settings_.trust == ClockTrust::kAuto) {
    const Nanoseconds left = settings_.hold_max - (now - started_);
    stat.hold_left_s = std::max<std::int64_t>(0, std::chrono::ceil<std::chrono::seconds>(left).count());
  }
  return stat;
}

}  // namespace airspool::spool
