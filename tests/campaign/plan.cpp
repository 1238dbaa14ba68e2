// SPDX-License-Identifier: Apache-2.0
#include "plan.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace airspool::campaign {
namespace {

using Operation = test::FaultDisk::Operation;
using Part = test::FaultDisk::Part;

constexpr std::int64_t kSmallQuota = spool::kMinSpoolBytes + 65'536;
constexpr std::int64_t kLargeQuota = std::int64_t{64} << 20;

// Kinds of moments, and how many of each a life of a few dozen steps has.
struct Kind {
  std::optional<Operation> operation;
  std::optional<Part> part;
  std::int64_t most;
};
constexpr std::array kKinds = {
    Kind{Operation::kWrite, Part::kWal, 600},       // inside a commit
    Kind{Operation::kSync, Part::kWal, 80},         // before it is durable
    Kind{Operation::kWrite, Part::kDatabase, 150},  // inside a checkpoint
    Kind{Operation::kSync, Part::kDatabase, 4},     // between a checkpoint and the next round of the WAL
    Kind{Operation::kTruncate, std::nullopt, 3},    // the WAL cut back
    Kind{Operation::kOpen, std::nullopt, 6},        // while it starts
    Kind{std::nullopt, std::nullopt, 60},           // while it starts: migration, recovery
    Kind{std::nullopt, std::nullopt, 2000},         // anywhere
};

Life make_life(Dice& dice, bool last_failed_hard) {
  Life life;
  life.seed = dice.roll(UINT64_MAX);
  life.steps = static_cast<int>(dice.between(5, 60));
  const auto end = dice.roll(10);
  life.end = end < 2 ? End::kClean : end < 6 ? End::kKilled : End::kPowerCut;
  const Kind& kind = kKinds.at(dice.roll(kKinds.size()));
  life.moment = {kind.operation, kind.part, dice.between(1, kind.most)};
  life.disk_fails = dice.one_in(3);
  life.clock_jumps = dice.one_in(3);
  life.clock_unset = dice.one_in(3);
  life.new_boot = last_failed_hard || dice.one_in(3);
  return life;
}

}  // namespace

bool Plan::damages() const {
  return std::ranges::any_of(lives, [](const Life& life) { return life.damage_before; });
}

bool Plan::dies() const {
  return std::ranges::any_of(lives, [](const Life& life) { return life.end != End::kClean; });
}

bool Plan::lossless() const {
  const bool fails = std::ranges::any_of(lives, [](const Life& life) { return life.disk_fails; });
  // A sudden end with `spill` is told as a gap, whether anything was in memory or not.
  return settings.durability == spool::Durability::kWriteThrough && settings.max_bytes == kLargeQuota &&
         settings.max_age.count() == 0 && !rejects && !fails && !damages();
}

Plan make_plan(std::uint64_t seed) {
  Dice dice(seed);
  Plan plan;
  plan.seed = seed;
  spool::SpoolSettings& settings = plan.settings;
  settings.station_id = "roof-1";
  settings.batch_records = static_cast<std::size_t>(dice.between(5, 60));
  settings.batch_period = std::chrono::seconds(dice.between(2, 10));
  settings.max_bytes = dice.one_in(3) ? kSmallQuota : kLargeQuota;
  settings.when_full = dice.one_in(2) ? spool::WhenFull::kThin : spool::WhenFull::kOldest;
  if (dice.one_in(8)) settings.max_age = std::chrono::hours(dice.between(1, 5));
  settings.sinks = {{"lake", spool::StartAt::kOldest, spool::LeaseOrder::kLiveFirst},
                    {"home", spool::StartAt::kOldest, spool::LeaseOrder::kOldestFirst}};
  if (dice.one_in(3)) settings.sinks[1].replay_rate = 200.0;
  plan.rejects = dice.one_in(4);
  if (dice.one_in(4)) {
    settings.durability = spool::Durability::kSpill;
    settings.spill_after = std::chrono::seconds(dice.between(5, 90));
  }
  if (dice.one_in(5)) plan.begins_with_format_1 = dice.between(1, 40);
  const bool damages = dice.one_in(3);
  const auto lives = static_cast<std::size_t>(dice.between(2, 6));
  for (std::size_t i = 0; i < lives; ++i) {
    plan.lives.push_back(make_life(dice, i > 0 && plan.lives.back().end == End::kPowerCut));
    plan.lives.back().damage_before = damages && i > 0 && dice.one_in(2);
  }
  return plan;
}

std::string describe(const Plan& plan) {
  std::string text = std::to_string(plan.lives.size()) + " lives";
  for (const Life& life : plan.lives) {
    text += life.end == End::kClean ? ", clean" : life.end == End::kKilled ? ", killed" : ", power cut";
    if (life.damage_before) text += " (after damage)";
    if (life.disk_fails) text += " (disk fails)";
    if (life.clock_jumps) text += " (clock jumps)";
    if (life.clock_unset) text += " (clock unset)";
  }
  text += "; quota " + std::to_string(plan.settings.max_bytes);
  if (plan.settings.when_full == spool::WhenFull::kThin) text += " thin";
  if (plan.settings.max_age.count() > 0) text += "; max age";
  if (plan.settings.durability == spool::Durability::kSpill) text += "; spill";
  if (plan.rejects) text += "; rejects";
  if (plan.begins_with_format_1 > 0) text += "; format 1";
  return text;
}

}  // namespace airspool::campaign
