// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/spool/spool.h>

#include "fakes/fault_disk.h"

namespace airspool::campaign {

// Numbers that follow from a seed alone, on every machine (the distributions of the standard library do not).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  // 0 .. sides-1
  std::uint64_t roll(std::uint64_t sides) { return random_() % sides; }
  std::int64_t between(std::int64_t least, std::int64_t most) {
    return least + static_cast<std::int64_t>(roll(static_cast<std::uint64_t>(most - least + 1)));
  }
  bool one_in(std::uint64_t sides) { return roll(sides) == 0; }

 private:
  std::mt19937_64 random_;
};

enum class End : std::uint8_t { kClean, kKilled, kPowerCut };

// When the end comes: before the n-th operation of a kind on a part of the file; or, where it never comes to that,
// after the last step.
struct Moment {
  std::optional<test::FaultDisk::Operation> operation;  // any
  std::optional<test::FaultDisk::Part> part;            // any
  std::int64_t number = 0;
};

// One process on the spool: what it does and how it ends.
struct Life {
  std::uint64_t seed = 0;
  End end = End::kClean;
  Moment moment;
  int steps = 0;
  bool disk_fails = false;     // now and then: full, failing, read-only, unplugged
  bool clock_jumps = false;    // now and then: forward, back, 1970, 2038
  bool clock_unset = false;    // at its start, until some step
  bool new_boot = false;       // the box was off before it
  bool damage_before = false;  // bytes of the files were changed
};

// A whole scenario.
struct Plan {
  std::uint64_t seed = 0;
  spool::SpoolSettings settings;          // without path, sinks named "lake" and "home"
  std::int64_t begins_with_format_1 = 0;  // so many batches in a file of the first format
  bool rejects = false;                   // sinks reject a batch now and then
  std::vector<Life> lives;

  [[nodiscard]] bool damages() const;
  [[nodiscard]] bool dies() const;  // suddenly, in one life at least
  // Nothing may be given up: neither quota nor rejection nor a disk that fails.
  [[nodiscard]] bool lossless() const;
};

Plan make_plan(std::uint64_t seed);
std::string describe(const Plan& plan);

}  // namespace airspool::campaign
