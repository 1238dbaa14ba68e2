// SPDX-License-Identifier: Apache-2.0
#include "effort_governor.h"

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;

// Long enough for one busy moment not to decide, short enough for the blocks that wait in front of the demodulator.
constexpr Nanoseconds kPeriod = 1s;
constexpr double kTooBusy = 0.85;
// A step up costs up to three times as much: it is taken only where that fits, and not before it has fitted for a
// while.
constexpr double kAtEase = 0.25;
constexpr Nanoseconds kEaseBeforeMore = 30s;

modes::Effort less(modes::Effort effort) {
  return effort == modes::Effort::kFull ? modes::Effort::kBalanced : modes::Effort::kEco;
}
modes::Effort more(modes::Effort effort) {
  return effort == modes::Effort::kEco ? modes::Effort::kBalanced : modes::Effort::kFull;
}

}  // namespace

std::optional<modes::Effort> EffortGovernor::observe(Nanoseconds signal, Nanoseconds work) {
  signal_ += signal;
  work_ += work;
  if (signal_ < kPeriod) return std::nullopt;
  load_ = static_cast<double>(work_.count()) / static_cast<double>(signal_.count());
  at_ease_ = load_ < kAtEase ? at_ease_ + signal_ : Nanoseconds(0);
  signal_ = work_ = Nanoseconds(0);
  const modes::Effort before = now_;
  if (load_ > kTooBusy) {
    now_ = less(now_);
  } else if (at_ease_ >= kEaseBeforeMore && now_ != wanted_) {
    now_ = more(now_);
    at_ease_ = Nanoseconds(0);
  }
  if (now_ == before) return std::nullopt;
  return now_;
}

}  // namespace airspool::collector
