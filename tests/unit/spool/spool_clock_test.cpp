// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "spool_fixture.h"

namespace airspool::spool {
namespace {

using namespace std::chrono_literals;

// Stories of boxes whose clock is not right, or not yet. What really was the time is kept beside.
class SpoolClockTest : public SpoolFixture {
 protected:
  static constexpr WallTime kTruth{1'790'000'000s};  // when boot time was 100 s

  SpoolClockTest() {
    settings_.sinks = {{"lake"}};
    settings_.clock.boot_id = "boot-1";
    settings_.clock.not_before = kTruth - 24h * 30;
  }

  struct Line {
    std::int64_t seq = 0;
    std::int64_t event_ms = 0;
    int quality = -1;
  };
  static std::int64_t number(const std::string& line, const std::string& key) {
    const std::size_t at = line.find("\"" + key + "\":");
    if (at == std::string::npos) return -1;
    return std::stoll(line.substr(at + key.size() + 3, 21));
  }
  // In the order of sealing, whatever went first.
  static std::vector<Line> lines(Lease lease) {
    std::sort(lease.batches.begin(), lease.batches.end(),
              [](const BatchPtr& a, const BatchPtr& b) { return a->header.id < b->header.id; });
    std::vector<Line> found;
    const std::string all = text(lease);
    EXPECT_EQ(all.find('\x01'), std::string::npos) << "a mark got out";
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1) {
      const std::string line = all.substr(at, all.find('\n', at) - at);
      if (line.find("\"kind\"") != std::string::npos) continue;
      found.push_back(
          {number(line, "seq"), number(line, "event_time_ms"), static_cast<int>(number(line, "time_quality"))});
    }
    return found;
  }
  static std::int64_t ms(WallTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
  }

  // A record each second, each with the boot time at which it was heard.
  void hear(Spool& spool, int seconds) {
    for (int i = 0; i < seconds; ++i) {
      clock_.advance(1s);
      Record heard = record();
      heard.last_contact = clock_.boot_now();
      heard.received = clock_.boot_now();
      spool.append(std::move(heard));
      spool.step(clock_.boot_now());
    }
  }
  // The clock shows `wall` now, and that is all that is known.
  void shows(WallTime wall) {
    clock_.step_wall(wall - clock_.wall_now());
    clock_.set_state(ClockState::kUnsynchronised);
  }
  // ... and it is right.
  void synchronise() {
    clock_.step_wall(truth() - clock_.wall_now());
    clock_.set_state(ClockState::kSynchronised);
  }
  [[nodiscard]] WallTime truth() const { return kTruth + (clock_.boot_now() - BootTime(100s)); }

  // Held batches go out some at a time: until none is left.
  void finish(Spool& spool) {
    for (int i = 0; i < 1000 && spool.stat().held_batches > 0; ++i) spool.step(clock_.boot_now());
    EXPECT_EQ(spool.stat().held_batches, 0);
  }
  // Every record from `from` on was heard one second after the one before, beginning at `first`.
  static void expect_seconds_apart(const std::vector<Line>& lines, WallTime first, int quality) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(lines[i].event_ms, ms(first + std::chrono::seconds(i))) << i;
      EXPECT_EQ(lines[i].quality, quality) << i;
    }
  }
  void run_sql(const std::string& sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }
};

TEST_F(SpoolClockTest, ABootIn1970ThatIsSynchronisedTenMinutesLaterIsPutRight) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  Spool spool = open();
  const WallTime first = truth() + 1s;
  hear(spool, 600);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_EQ(spool.stat().held_batches, 60);
  EXPECT_EQ(spool.stat().held_records, 600);
  EXPECT_EQ(spool.stat().sinks[0].held_batches, 60);
  EXPECT_TRUE(spool.stat().clock.holding);
  EXPECT_FALSE(spool.stat().oldest_sealed) << "1970 would be a lie";

  synchronise();
  finish(spool);
  const Lease corrected = lease(spool, "lake");
  const auto all = lines(corrected);
  ASSERT_EQ(all.size(), 600U);
  expect_seconds_apart(all, first, 1);
  for (const BatchPtr& batch : corrected.batches) {
    EXPECT_GE(batch->header.sealed, first);
    EXPECT_LE(batch->header.sealed, truth());
  }
  settle(spool, corrected);
  hear(spool, 10);
  expect_seconds_apart(lines(lease(spool, "lake")), truth() - 9s, 0);
}

TEST_F(SpoolClockTest, TheOpenBatchIsHeldWithTheClockUnderWhichItWasHeard) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  Spool spool = open();
  hear(spool, 4);
  synchronise();
  hear(spool, 6);
  finish(spool);
  ASSERT_TRUE(spool.flush());
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 10U);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(all[i].event_ms, ms(truth() - std::chrono::seconds(9 - i)));
  EXPECT_EQ(all[3].quality, 1);
  EXPECT_EQ(all[9].quality, 0);
}

TEST_F(SpoolClockTest, AProcessThatStartsAgainInTheSameBootPutsItsElderRight) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  const WallTime first = truth() + 1s;
  {
    Spool spool = open();
    hear(spool, 20);
  }
  EXPECT_EQ(Spool::inspect(settings_.path)->held_batches, 2);
  Spool spool = open();
  EXPECT_EQ(spool.stat().held_batches, 2);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  hear(spool, 20);
  synchronise();
  finish(spool);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 40U);
  expect_seconds_apart(all, first, 1);
}

TEST_F(SpoolClockTest, TwoBootsWithoutAClockLieBetweenTheirNeighbours) {
  settings_.clock.trust = ClockTrust::kSynced;
  WallTime last_good;
  {
    Spool spool = open();
    hear(spool, 10);
    last_good = clock_.wall_now();
    settle(spool, lease(spool, "lake"));
  }
  for (const char* boot : {"boot-2", "boot-3"}) {
    settings_.clock.boot_id = boot;
    const ManualClock other(WallTime(5s), BootTime(20s));
    ManualClock& clock = const_cast<ManualClock&>(other);
    clock.set_state(ClockState::kUnsynchronised);
    auto spool = Spool::open(settings_, clock);
    ASSERT_TRUE(spool);
    for (int i = 0; i < 20; ++i) {
      clock.advance(1s);
      Record heard = record();
      heard.last_contact = clock.boot_now();
      heard.received = clock.boot_now();
      spool->append(std::move(heard));
      spool->step(clock.boot_now());
    }
  }
  settings_.clock.boot_id = "boot-4";
  const WallTime began = last_good + 10h;
  ManualClock clock(began + 30s, BootTime(30s));
  auto spool = Spool::open(settings_, clock);
  ASSERT_TRUE(spool);
  finish(*spool);
  const auto all = lines(lease(*spool, "lake"));
  ASSERT_EQ(all.size(), 40U);
  const std::vector<Line> second(all.begin(), all.begin() + 20);
  const std::vector<Line> third(all.begin() + 20, all.end());
  expect_seconds_apart(third, began - 19s, 2);         // its last second is when the next boot began
  expect_seconds_apart(second, began - 40s - 19s, 2);  // and so is this one's: boot time 40 s ended boot 3
  EXPECT_GT(second.front().event_ms, ms(last_good));
}

TEST_F(SpoolClockTest, AutoLetsGoAfterAWhileAndSaysThatTheTimesAreUnverified) {
  shows(kTruth - 1h);  // a clock that was saved at the last stop
  Spool spool = open();
  hear(spool, 290);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  hear(spool, 20);
  finish(spool);
  ASSERT_TRUE(spool.flush());
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 310U);
  expect_seconds_apart(all, truth() - 309s - 1h, 3);
  synchronise();
  hear(spool, 10);
  EXPECT_EQ(lines(lease(spool, "lake")).back().quality, 0);
}

TEST_F(SpoolClockTest, AutoBelievesTheClockOfAContainerAtOnce) {
  clock_.set_state(ClockState::kFreeRunning);
  Spool spool = open();
  hear(spool, 10);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 10U);
  expect_seconds_apart(all, truth() - 9s, 3);
}

TEST_F(SpoolClockTest, AutoHoldsAClockThatIsBehindWhatWasStored) {
  {
    Spool spool = open();
    hear(spool, 10);
    settle(spool, lease(spool, "lake"));  // nothing is left in the file that tells the time, but the segment
  }
  clock_.set_state(ClockState::kFreeRunning);
  clock_.step_wall(-1h);
  settings_.clock.boot_id = "boot-2";
  Spool spool = open();
  hear(spool, 10);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_TRUE(spool.stat().clock.holding);
}

TEST_F(SpoolClockTest, AlwaysHoldsNothing) {
  settings_.clock.trust = ClockTrust::kAlways;
  shows(WallTime(8s));
  Spool spool = open();
  hear(spool, 10);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 10U);
  expect_seconds_apart(all, WallTime(9s), 3);
}

TEST_F(SpoolClockTest, AStepSealsWhatIsOpenWithTheCalendarUnderWhichItWasHeard) {
  for (const Nanoseconds step : {Nanoseconds(-1h), Nanoseconds(1h)}) {
    Spool spool = open();
    const WallTime first = clock_.wall_now() + 1s;
    hear(spool, 5);
    clock_.step_wall(step);
    hear(spool, 5);
    ASSERT_TRUE(spool.flush());
    const Lease leased = lease(spool, "lake");
    ASSERT_EQ(leased.batches.size(), 2U);
    const auto all = lines(leased);
    ASSERT_EQ(all.size(), 10U);
    for (int i = 0; i < 10; ++i) {
      EXPECT_EQ(all[i].event_ms, ms(first + std::chrono::seconds(i) + (i < 5 ? Nanoseconds(0) : step))) << i;
      EXPECT_EQ(all[i].quality, 0);
    }
    settle(spool, leased);
  }
}

TEST_F(SpoolClockTest, KnowsNoYear2038) {
  clock_.step_wall(WallTime(2'147'483'640s) - clock_.wall_now());
  Spool spool = open();
  hear(spool, 20);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 20U);
  expect_seconds_apart(all, WallTime(2'147'483'641s), 0);
}

TEST_F(SpoolClockTest, NeverShiftsWhatOpenSkyGave) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  Spool spool = open();
  for (int i = 0; i < 10; ++i) {
    Record row = record(RecordSource::kOpenSky);
    row.time_position = WallTime(1'780'000'000s);
    row.last_contact = WallTime(1'780'000'001s);
    row.received = clock_.boot_now();
    spool.append(std::move(row));
  }
  synchronise();
  finish(spool);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_NE(all.find(R"("time_position":1780000000,"last_contact":1780000001,"event_time_ms":1780000001000,)"),
            std::string::npos);
  EXPECT_EQ(number(all, "received_ms"), ms(truth())) << "but when we took it in was ours";
  EXPECT_EQ(number(all, "time_quality"), 1);
}

TEST_F(SpoolClockTest, WhoIsKilledBetweenTwoCorrectionsNeverOffersABatchWithOtherBytes) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  const std::string original = settings_.path;
  const std::string copy = folder_ / "copy.db";
  std::map<std::int64_t, std::string> offered;
  {
    Spool spool = open();
    hear(spool, 300);
    synchronise();
    spool.step(clock_.boot_now());
    const Lease some = lease(spool, "lake");
    EXPECT_GT(some.batches.size(), 0U);
    EXPECT_LT(some.batches.size(), 30U);
    for (const BatchPtr& batch : some.batches) offered[batch->header.first_seq] = batch->bytes;
    // What the disk has at this moment is what a power cut leaves.
    for (const char* suffix : {"", "-wal"}) std::filesystem::copy_file(original + suffix, copy + suffix);
    finish(spool);
    for (const BatchPtr& batch : lease(spool, "lake").batches) offered[batch->header.first_seq] = batch->bytes;
  }
  ASSERT_EQ(offered.size(), 30U);
  settings_.path = copy;
  clock_.step_wall(40ms);  // the clock is a little better by now
  Spool spool = open();
  finish(spool);
  const Lease again = lease(spool, "lake");
  ASSERT_EQ(again.batches.size(), 30U);
  for (const BatchPtr& batch : again.batches) EXPECT_EQ(batch->bytes, offered[batch->header.first_seq]);
}

TEST_F(SpoolClockTest, WhatTheQuotaTakesFromHeldBatchesIsAnnounced) {
  settings_.clock.trust = ClockTrust::kSynced;
  settings_.max_bytes = kMinSpoolBytes;
  settings_.batch_records = 1;
  shows(WallTime(8s));
  Spool spool = open();
  hear(spool, 1500);
  const SpoolStat full = spool.stat();
  ASSERT_FALSE(full.drops.empty());
  EXPECT_EQ(full.drops[0].reason, "quota");
  EXPECT_EQ(full.held_batches, full.batches);
  EXPECT_EQ(full.held_batches + full.drops[0].batches, 1500);
  synchronise();
  finish(spool);
  hear(spool, 1);
  const Lease all = lease(spool, "lake");
  EXPECT_FALSE(lines_of_kind(text(all), "gap").empty());
  // Room is made by whole pages, each with several batches; how many fall out depends on how well each compresses,
  // hence on the random spool id.
  constexpr std::int64_t kPages = kMinSpoolBytes / 4096;
  EXPECT_GE(static_cast<std::int64_t>(lines(all).size()), full.held_batches - 3 * (full.held_batches / kPages + 1))
      << "correcting takes next to no room";
}

TEST_F(SpoolClockTest, AHeldBatchThatCannotBeReadCostsOnlyItself) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  {
    Spool spool = open();
    hear(spool, 30);
  }
  run_sql("UPDATE body SET bytes = x'0102' WHERE id = 2; UPDATE batch SET bytes = 2 WHERE id = 2");
  Spool spool = open();
  synchronise();
  finish(spool);
  EXPECT_EQ(lines(lease(spool, "lake")).size(), 20U);
  EXPECT_EQ(spool.stat().drops.at(0).reason, "damaged");
}

TEST_F(SpoolClockTest, ABatchWhoseSegmentIsLostIsEstimated) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  {
    Spool spool = open();
    hear(spool, 10);
  }
  run_sql("DELETE FROM segment");
  settings_.clock.boot_id = "boot-2";
  synchronise();
  Spool spool = open();
  finish(spool);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 10U);
  EXPECT_EQ(all.back().quality, 2);
  EXPECT_EQ(all.back().event_ms, ms(kTruth - 100s)) << "when this boot began";
}

TEST_F(SpoolClockTest, HeldBatchesOfADamagedFileAreBroughtOverWithTheirSegments) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  const WallTime first = truth() + 1s;
  {
    Spool spool = open();
    hear(spool, 100);
  }
  std::fstream(settings_.path, std::ios::in | std::ios::out | std::ios::binary).write("not a database", 14);
  Spool spool = open();
  for (int i = 0; i < 50; ++i) spool.step(clock_.boot_now());
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_EQ(spool.stat().held_batches, 10);
  hear(spool, 100);
  synchronise();
  finish(spool);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 200U);
  expect_seconds_apart(all, first, 1);
}

TEST_F(SpoolClockTest, SpillWritesHeldBatchesAtOnceAndKeepsThemBack) {
  settings_.clock.trust = ClockTrust::kSynced;
  settings_.durability = Durability::kSpill;
  shows(WallTime(8s));
  const WallTime first = truth() + 1s;
  Spool spool = open();
  hear(spool, 50);
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_EQ(spool.stat().held_batches, 5);
  synchronise();
  finish(spool);
  const auto all = lines(lease(spool, "lake"));
  ASSERT_EQ(all.size(), 50U);
  expect_seconds_apart(all, first, 1);
}

TEST_F(SpoolClockTest, ASinkThatIsNewGetsHeldBatchesOnlyWithTheirTimes) {
  settings_.clock.trust = ClockTrust::kSynced;
  shows(WallTime(8s));
  {
    Spool spool = open();
    hear(spool, 20);
  }
  settings_.sinks.push_back({"archive", StartAt::kOldest});
  Spool spool = open();
  EXPECT_TRUE(lease(spool, "archive").batches.empty());
  synchronise();
  finish(spool);
  EXPECT_EQ(lines(lease(spool, "archive")).size(), 20U);
}

TEST_F(SpoolClockTest, AFileIsNotFilledWithSegmentsOfAClockThatJumpsAbout) {
  Spool spool = open();
  for (int i = 0; i < 300; ++i) {
    hear(spool, 1);
    clock_.step_wall(i % 2 == 0 ? 1h : -1h);
    settle(spool, lease(spool, "lake"));
  }
  { const Spool gone = std::move(spool); }
  { const Spool again = open(); }
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(settings_.path.c_str(), &database), SQLITE_OK);
  sqlite3_stmt* count = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(database, "SELECT count(*) FROM segment", -1, &count, nullptr), SQLITE_OK);
  ASSERT_EQ(sqlite3_step(count), SQLITE_ROW);
  EXPECT_LE(sqlite3_column_int(count, 0), 3);
  sqlite3_finalize(count);
  sqlite3_close(database);
}

}  // namespace
}  // namespace airspool::spool
