// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "plan.h"

namespace airspool::campaign {

// Where everything of a run lies.
struct Place {
  std::string folder;
  [[nodiscard]] std::string spool() const { return folder + "/spool.db"; }
  // What arrived at a sink: the lines of its batches, one after the other. Another machine: no fault touches it.
  [[nodiscard]] std::string lake(const std::string& sink) const { return folder + "/arrived-" + sink + ".ndjson"; }
  // What was stored, as the process said it the moment it knew: "<spool_id> <last seq>" lines.
  [[nodiscard]] std::string journal() const { return folder + "/stored"; }
  [[nodiscard]] std::string log() const { return folder + "/log"; }
};

// Exit statuses of a life, beside death by SIGKILL.
inline constexpr int kEndedWell = 0;
inline constexpr int kRefusedToOpen = 11;  // with a reason, while the disk did not work
inline constexpr int kOpenFailed = 12;     // although the disk worked
inline constexpr int kUnreadable = 13;     // leased bytes that are no batch
inline constexpr int kNeverDrained = 14;   // the last life: something is left for ever
inline constexpr int kNotFlushed = 15;     // a clean end that did not store everything, although the disk worked

// The clock that a life begins with. Each box-off begins a new boot.
struct Times {
  WallTime truth{};  // what a good clock says
  BootTime boot{};   // since the box was switched on
  int boots = 1;
};

// Each record has a number that no other has: its address and, of some, its time are made of it.
inline constexpr std::uint32_t kSerialsOfALife = 200'000;
inline constexpr std::int64_t kGivenEpochMs = 1'700'000'000'000;
// OpenSky gave the time of every third record, which nobody may change.
constexpr bool has_given_time(std::uint32_t serial) { return serial % 3 == 0; }
constexpr std::int64_t given_ms(std::uint32_t serial) { return kGivenEpochMs + serial; }

// Lives, in a process of its own: never returns. `number`: which life of the run, from 0.
[[noreturn]] void live(const Plan& plan, const Life& life, int number, const Place& place, const Times& times);
// The life after all others, on a disk that works with a clock that is right: delivers what is left and ends well.
[[noreturn]] void live_happily(const Plan& plan, int number, const Place& place, const Times& times);

// A file of the first format with `batches` batches, as a life before all others left it.
void write_format_1(const Place& place, std::int64_t batches);
// Changes bytes of the database or, more seldom, of the WAL.
void damage(const Place& place, Dice& dice);

}  // namespace airspool::campaign
