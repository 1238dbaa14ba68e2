// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <set>

#include "fakes/fault_disk.h"
#include "salvage.h"
#include "spool_fixture.h"
#include "sqlite.h"

namespace airspool::spool {
namespace {

using test::FaultDisk;

class SpoolDamageTest : public SpoolFixture {
 protected:
  SpoolDamageTest() {
    settings_.batch_records = 100;
    settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}};
  }

  void fill(Spool& spool, int batches) {
    for (int i = 0; i < batches * 100; ++i) {
      Record one = record();
      state_ = state_ * 6364136223846793005U + 1442695040888963407U;
      one.state.icao24 = Icao24::icao(static_cast<std::uint32_t>(state_ >> 40U));
      one.state.position =
          GeoPosition{static_cast<double>(state_ >> 33U) * 1e-8, static_cast<double>(state_ >> 32U) * 1e-8};
      one.state.callsign = std::to_string(state_ >> 44U);
      spool.append(std::move(one));
    }
  }
  // A run of `batches`, ended in order, so that all of it lies in the database itself.
  std::string write_run(int batches) {
    Spool spool = open();
    fill(spool, batches);
    return spool.spool_id();
  }
  std::string salvage_name() const { return settings_.path + ".salvage"; }
  void damage(std::int64_t at, std::size_t bytes) const {
    std::fstream file(settings_.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << std::string(bytes, '\x5A');
  }
  static void finish_salvage(Spool& spool, ManualClock& clock) {
    for (int i = 0; i < 1000 && (spool.stat().salvaging || !spool.stat().last_error.empty()); ++i) {
      clock.advance(std::chrono::seconds(1));
      spool.step(clock.boot_now());
    }
    EXPECT_FALSE(spool.stat().salvaging);
  }
  std::vector<std::string> quarantined() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      const std::string name = entry.path().filename();
      if (name.find(".corrupt-") != std::string::npos && name.find(".page1") == std::string::npos)
        names.push_back(name);
    }
    return names;
  }
  static DropStat damaged(const SpoolStat& stat) {
    DropStat sum;
    for (const DropStat& drop : stat.drops) {
      if (drop.reason != "damaged") continue;
      sum.batches += drop.batches;
      sum.records += drop.records;
    }
    return sum;
  }
  // The records of one run that a reader has, and those that a gap says may be missing.
  struct Told {
    std::set<std::int64_t> read;
    std::set<std::int64_t> missing;
  };
  static Told told(const std::string& text, const std::string& spool_id, std::int64_t last) {
    Told told;
    const std::string id = "\"record_id\":\"" + spool_id + "-";
    for (std::size_t at = text.find(id); at != std::string::npos; at = text.find(id, at + 1)) {
      told.read.insert(std::strtoll(text.c_str() + at + id.size(), nullptr, 10));
    }
    for (const std::string& gap : lines_of_kind(text, "gap")) {
      if (gap.find("\"spool_id\":\"" + spool_id) == std::string::npos) continue;
      const auto from = std::strtoll(gap.c_str() + gap.find("\"from\":") + 7, nullptr, 10);
      const std::size_t to = gap.find("\"to\":");
      const auto end = to == std::string::npos ? last : std::strtoll(gap.c_str() + to + 5, nullptr, 10);
      for (auto seq = from; seq <= end; ++seq) told.missing.insert(seq);
    }
    return told;
  }
  static void expect_all_told(const Told& told, std::int64_t last) {
    for (std::int64_t seq = 1; seq <= last; ++seq) {
      ASSERT_TRUE(told.read.count(seq) == 1 || told.missing.count(seq) == 1) << seq << " is neither here nor announced";
    }
  }
  // Everything that is delivered from now on.
  std::string deliver_all(Spool& spool) {
    std::string all;
    fill(spool, 1);
    for (int i = 0; i < 50; ++i) {
      const Lease leased = lease(spool, "lake");
      if (leased.batches.empty()) break;
      all += text(leased);
      settle(spool, leased);
      fill(spool, 1);
      finish_salvage(spool, clock_);
      if (i >= 3) break;
    }
    return all;
  }

  std::uint64_t state_ = 99;
};

TEST_F(SpoolDamageTest, DamagedPagesCostWhatLiesOnThemAndThatIsSaid) {
  const std::string run = write_run(60);
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(settings_.path));
  damage(size / 2 / 4096 * 4096, 3 * 4096);
  Spool spool = open();
  finish_salvage(spool, clock_);
  EXPECT_GT(spool.stat().batches, 40);
  EXPECT_GT(damaged(spool.stat()).batches, 0);
  EXPECT_EQ(damaged(spool.stat()).batches + spool.stat().batches, 60);
  const Told all = told(deliver_all(spool), run, 6000);
  EXPECT_GT(all.read.size(), 4000U);
  expect_all_told(all, 6000);
  EXPECT_EQ(quarantined().size(), 1U);
  EXPECT_EQ(spool.stat().quarantined_files, 1);
}

// Too large to be checked as a whole when it is opened: the damage is met when its batches are listed.
TEST_F(SpoolDamageTest, ALargeFileIsReplacedAndItsSinksGetWhatIsLeft) {
  settings_.max_bytes = std::int64_t{64} << 20;
  const std::string run = write_run(60);
  std::int64_t list = 0;
  {
    auto file = Database::open(settings_.path, false);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run("CREATE TABLE ballast(x)"));
    ASSERT_TRUE(file->run("INSERT INTO ballast VALUES(zeroblob(20000000))"));
    list = file->integer("SELECT rootpage FROM sqlite_schema WHERE name = 'batch'").value_or(0);
  }
  ASSERT_GT(list, 1);
  damage((list - 1) * 4096, 4096);
  Spool spool = open();
  finish_salvage(spool, clock_);
  EXPECT_GT(spool.stat().batches, 40);
  ASSERT_EQ(spool.stat().sinks.size(), settings_.sinks.size());
  const Told all = told(deliver_all(spool), run, 6000);
  EXPECT_GT(all.read.size(), 4000U);
  expect_all_told(all, 6000);
}

TEST_F(SpoolDamageTest, NumbersThatNoBatchHasAreNotBelieved) {
  const std::string run = write_run(10);
  {
    auto file = Database::open(settings_.path, false);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->run("UPDATE batch SET first_seq = -30961 WHERE id = 5"));
    ASSERT_TRUE(file->run("DELETE FROM body WHERE id = 5"));
  }
  damage(0, 16);  // no database any more: all of it is salvaged
  Spool spool = open();
  finish_salvage(spool, clock_);
  const std::string all = deliver_all(spool);
  EXPECT_EQ(all.find("\"from\":-"), std::string::npos) << all;
  expect_all_told(told(all, run, 1000), 1000);
}

// Ids jump by a million after a sudden end with `spill`: damage there is not searched id by id.
TEST_F(SpoolDamageTest, ASalvageDoesNotWalkThroughAJumpOfTheIds) {
  const std::string run = write_run(60);
  std::int64_t list = 0;
  {
    auto file = Database::open(settings_.path, false);
    ASSERT_TRUE(file);
    list = file->integer("SELECT rootpage FROM sqlite_schema WHERE name = 'batch'").value_or(0);
    for (const char* table : {"batch", "body"}) {
      ASSERT_TRUE(file->run(std::string("UPDATE ") + table + " SET id = id + 100000000 WHERE id > 30"));
    }
  }
  ASSERT_GT(list, 1);
  damage((list - 1) * 4096, 4096);
  Spool spool = open();
  int steps = 0;
  for (; steps < 1000 && spool.stat().salvaging; ++steps) pass(spool, 1);
  EXPECT_FALSE(spool.stat().salvaging);
  EXPECT_LT(steps, 100);
  expect_all_told(told(deliver_all(spool), run, 6000), 6000);
}

TEST_F(SpoolDamageTest, ADamagedHeaderCostsNothing) {
  settings_.sinks.push_back({"home", StartAt::kOldest, LeaseOrder::kOldestFirst});
  std::string run;
  {
    Spool spool = open();
    run = spool.spool_id();
    fill(spool, 60);
    settle(spool, lease(spool, "lake", 20));
  }
  damage(0, 200);
  Spool spool = open();
  finish_salvage(spool, clock_);
  const SpoolStat stat = spool.stat();
  EXPECT_EQ(stat.batches, 60);
  EXPECT_EQ(damaged(stat).batches, 0);
  EXPECT_EQ(stat.sinks[0].batches, 40) << "and the sinks' state with it";
  EXPECT_EQ(stat.sinks[1].batches, 60);
  fill(spool, 1);
  const Lease leased = lease(spool, "home");
  EXPECT_GT(leased.batches.back()->header.id, 60);
  const std::string all = text(leased);
  EXPECT_NE(all.find("\"previous_spool_id\":\"" + run + "\",\"previous_seq\":6000"), std::string::npos);
  EXPECT_EQ(told(all, run, 6000).read.size(), 6000U);
}

TEST_F(SpoolDamageTest, OfATruncatedFileComesWhatIsLeft) {
  const std::string run = write_run(60);
  std::filesystem::resize_file(settings_.path, std::filesystem::file_size(settings_.path) * 6 / 10 / 4096 * 4096 + 99);
  Spool spool = open();
  finish_salvage(spool, clock_);
  EXPECT_GT(spool.stat().batches, 20);
  expect_all_told(told(deliver_all(spool), run, 6000), 6000);
}

TEST_F(SpoolDamageTest, DamageMetWhileRunningKeepsItRunningUnderOneIdentity) {
  settings_.max_bytes = std::int64_t{16} << 20;
  Spool spool = open();
  fill(spool, 1200);
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(settings_.path));
  damage(size / 3 / 4096 * 4096, 5 * 4096);
  std::string all;
  for (int turn = 0; turn < 60; ++turn) {
    const Lease leased = lease(spool, "lake", 40);
    all += text(leased);
    settle(spool, leased);
    fill(spool, 1);
    pass(spool, 2);
  }
  finish_salvage(spool, clock_);
  all += deliver_all(spool);
  EXPECT_EQ(spool.stat().last_error, "");
  const Told everything = told(all, spool.spool_id(), 126'000);
  expect_all_told(everything, 126'000);
  EXPECT_GT(everything.read.size(), 125'000U);
  EXPECT_LT(everything.missing.size(), 2000U);
  EXPECT_EQ(lines_of_kind(all, "start").size(), 1U);
  EXPECT_GT(damaged(spool.stat()).batches, 0);
}

TEST_F(SpoolDamageTest, ASalvageThatWasCutShortIsTakenUpAgain) {
  const std::string run = write_run(60);
  std::filesystem::rename(settings_.path, salvage_name());
  Spool spool = open();
  finish_salvage(spool, clock_);
  EXPECT_EQ(spool.stat().batches, 60);
  EXPECT_FALSE(std::filesystem::exists(salvage_name()));
  EXPECT_EQ(told(deliver_all(spool), run, 6000).read.size(), 6000U);
}

TEST_F(SpoolDamageTest, ALargeSalvageGoesOnBesideTheRecords) {
  settings_.max_bytes = std::int64_t{16} << 20;
  const std::string run = write_run(300);
  damage(0, 100);
  Spool spool = open();
  EXPECT_TRUE(spool.stat().salvaging);
  fill(spool, 2);
  EXPECT_EQ(spool.stored_seq(), 200) << "the present is stored meanwhile";
  finish_salvage(spool, clock_);
  EXPECT_EQ(spool.stat().batches, 302);
  EXPECT_EQ(told(deliver_all(spool), run, 30'000).read.size(), 30'000U);
}

TEST_F(SpoolDamageTest, TheNewestThreeDamagedFilesAreKept) {
  for (int i = 0; i < 5; ++i) {
    write_run(2);
    damage(0, 100);
    clock_.advance(std::chrono::seconds(10));
  }
  const Spool spool = open();
  EXPECT_EQ(quarantined().size(), 3U);
}

TEST_F(SpoolDamageTest, ATornBatchGoesToTheDeadLetters) {
  settings_.max_bytes = std::int64_t{64} << 20;
  {
    Spool spool = open();
    fill(spool, 1);
  }
  {
    auto database = Database::open(settings_.path, false);
    ASSERT_TRUE(
        database->run("UPDATE body SET bytes = CAST(substr(bytes, 1, length(bytes) - 5) || x'0000000000' AS BLOB)"));
  }
  Spool spool = open();
  EXPECT_TRUE(lease(spool, "lake").batches.empty());
  EXPECT_EQ(spool.stat().dead_batches, 1);
  EXPECT_EQ(damaged(spool.stat()).records, 100);
  EXPECT_EQ(spool.stat().last_error, "");
}

TEST_F(SpoolDamageTest, ADiskThatIsGoneForAWhileLosesNothing) {
  FaultDisk disk(1, false);
  Spool spool = open();
  fill(spool, 20);
  disk.set_state(FaultDisk::State::kGone);
  fill(spool, 10);
  pass(spool, 30);
  EXPECT_EQ(spool.stat().unstored_batches, 10);
  EXPECT_NE(spool.stat().last_error, "");
  disk.set_state(FaultDisk::State::kHealthy);
  pass(spool, 5);
  EXPECT_EQ(spool.stat().unstored_batches, 0);
  EXPECT_EQ(spool.stat().last_error, "");
  EXPECT_EQ(spool.stored_seq(), 3000);
  const Told all = told(text(lease(spool, "lake")), spool.spool_id(), 3000);
  EXPECT_EQ(all.read.size(), 3000U);
  EXPECT_TRUE(all.missing.empty());
  EXPECT_TRUE(quarantined().empty());
}

TEST_F(SpoolDamageTest, AReadOnlyDiskIsWaitedFor) {
  FaultDisk disk(1, false);
  Spool spool = open();
  fill(spool, 5);
  disk.set_state(FaultDisk::State::kReadOnly);
  fill(spool, 5);
  pass(spool, 60);
  EXPECT_EQ(spool.stat().unstored_batches, 5);
  disk.set_state(FaultDisk::State::kHealthy);
  pass(spool, 5);
  EXPECT_EQ(spool.stored_seq(), 1000);
  EXPECT_EQ(told(text(lease(spool, "lake")), spool.spool_id(), 1000).read.size(), 1000U);
  EXPECT_TRUE(quarantined().empty());
}

TEST_F(SpoolDamageTest, ABadSectorCostsTheBatchesOnIt) {
  FaultDisk disk(1, false);
  std::string run;
  {
    Spool spool = open();
    run = spool.spool_id();
    fill(spool, 200);
  }
  Spool spool = open();
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(settings_.path));
  disk.fail_reads(FaultDisk::Part::kDatabase, size / 2, size / 2 + 1);
  std::string all;
  for (int turn = 0; turn < 40; ++turn) {
    const Lease leased = lease(spool, "lake", 20);
    all += text(leased);
    settle(spool, leased);
    pass(spool, 1);
    // The fresh file lies elsewhere on the disk; what was on the sector is gone.
    if (!std::filesystem::exists(salvage_name()) && quarantined().empty()) continue;
    disk.fail_reads(FaultDisk::Part::kDatabase, 0, 0);
  }
  finish_salvage(spool, clock_);
  all += deliver_all(spool);
  expect_all_told(told(all, run, 20'000), 20'000);
  EXPECT_EQ(spool.stat().last_error, "");
}

TEST_F(SpoolDamageTest, AFileThatWasDeletedIsBegunAnew) {
  FaultDisk disk(1, false);
  Spool spool = open();
  fill(spool, 5);
  disk.set_state(FaultDisk::State::kGone);
  fill(spool, 1);
  pass(spool, 10);
  std::filesystem::remove(settings_.path);
  std::filesystem::remove(settings_.path + "-wal");
  disk.set_state(FaultDisk::State::kHealthy);
  pass(spool, 5);
  EXPECT_EQ(spool.stat().last_error, "");
  EXPECT_EQ(spool.stored_seq(), 600);
  EXPECT_EQ(lease(spool, "lake").batches.at(0)->header.id, 6) << "ids go on";
}

}  // namespace
}  // namespace airspool::spool
