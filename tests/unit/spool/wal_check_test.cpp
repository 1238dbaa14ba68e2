// SPDX-License-Identifier: Apache-2.0
#include "wal_check.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>

#include <sqlite3.h>

#include "fakes/fault_disk.h"
#include "spool_fixture.h"

namespace airspool::spool {
namespace {

constexpr std::size_t kHeader = 32;
constexpr std::size_t kFrame = 24 + 4096;

// Logs that SQLite itself wrote, as a killed process leaves them: copied while the connection is open.
class WalCheckTest : public SpoolFixture {
 protected:
  struct Close {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
  };

  WalCheckTest() { open_database(); }

  void open_database() {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open((folder_ / "live.db").c_str(), &database), SQLITE_OK);
    database_.reset(database);
    run("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;"
        "CREATE TABLE IF NOT EXISTS t(x BLOB)");
  }
  void run(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(database_.get(), sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sql;
  }
  void insert(int rows) {
    for (int i = 0; i < rows; ++i) run("INSERT INTO t VALUES(randomblob(3000))");
  }
  std::string log() const {
    std::ifstream file(folder_ / "live.db-wal", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  std::string path() const { return folder_ / "copy-wal"; }
  WalEnd check(const std::string& bytes) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
    return check_wal(path());
  }
  static std::string flipped(std::string bytes, std::size_t at) {
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ 0x40);
    return bytes;
  }
  static std::size_t frames(const std::string& bytes) { return (bytes.size() - kHeader) / kFrame; }
  // Rows that SQLite finds with this log beside the database.
  int rows_with(const std::string& bytes) const {
    std::filesystem::copy_file(folder_ / "live.db", folder_ / "copy",
                               std::filesystem::copy_options::overwrite_existing);
    std::filesystem::remove(folder_ / "copy-shm");
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << bytes;
    sqlite3* database = nullptr;
    sqlite3_open((folder_ / "copy").c_str(), &database);
    const std::unique_ptr<sqlite3, Close> closed(database);
    sqlite3_stmt* statement = nullptr;
    sqlite3_prepare_v2(database, "SELECT count(*) FROM t", -1, &statement, nullptr);
    const int rows = sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int(statement, 0) : 0;
    sqlite3_finalize(statement);
    return rows;
  }

  std::unique_ptr<sqlite3, Close> database_;
};

TEST_F(WalCheckTest, NoFileAndAnEmptyOneAreFine) {
  EXPECT_FALSE(check_wal(path()).suspicious);
  EXPECT_FALSE(check("").suspicious);
}

TEST_F(WalCheckTest, ALogThatEndsWithItsLastCommitIsFine) {
  insert(10);
  const WalEnd end = check(log());
  EXPECT_FALSE(end.suspicious);
  EXPECT_EQ(end.committed, static_cast<std::int64_t>(frames(log())));
}

TEST_F(WalCheckTest, FramesOfAnEarlierRoundAreFine) {
  for (int round = 0; round < 3; ++round) {
    insert(20 - 5 * round);
    run("PRAGMA wal_checkpoint(RESTART)");
  }
  insert(2);
  const WalEnd end = check(log());
  EXPECT_FALSE(end.suspicious);
  EXPECT_LT(end.committed, static_cast<std::int64_t>(frames(log()) / 2)) << "the rest is old";
  // A size limit may cut through one of the old ones.
  EXPECT_FALSE(check(log().substr(0, log().size() - 1000)).suspicious);
}

TEST_F(WalCheckTest, AFlippedBitAnywhereIsFound) {
  insert(20);
  run("PRAGMA wal_checkpoint(RESTART)");
  insert(6);
  const std::string whole = log();
  const auto committed = static_cast<std::size_t>(check(whole).committed);
  ASSERT_GE(committed, 6U);
  const auto rows = rows_with(whole);
  for (std::size_t at = 0; at < kHeader; ++at) EXPECT_TRUE(check(flipped(whole, at)).suspicious) << "header " << at;
  for (std::size_t frame = 0; frame < committed; ++frame) {
    for (std::size_t at = 0; at < kFrame; at += at < 24 ? 1 : 509) {
      const std::string bad = flipped(whole, kHeader + frame * kFrame + at);
      const WalEnd end = check(bad);
      EXPECT_TRUE(end.suspicious) << "frame " << frame << " byte " << at;
      EXPECT_LE(end.committed, static_cast<std::int64_t>(frame));
    }
    EXPECT_LT(rows_with(flipped(whole, kHeader + frame * kFrame + 100)), rows) << "SQLite drops it without a word";
  }
}

TEST_F(WalCheckTest, ADestroyedSectorIsFound) {
  insert(6);
  const std::string whole = log();
  for (std::size_t at = 0; at + 512 <= whole.size(); at += 512) {
    for (const char filler : {'\0', '\xFF', 'x'}) {
      std::string bad = whole;
      bad.replace(at, 512, 512, filler);
      EXPECT_EQ(check(bad).suspicious, bad != whole) << at;  // zeros may have stood there
    }
  }
}

TEST_F(WalCheckTest, ATruncatedLogIsFoundUnlessItEndsAfterACommit) {
  run("BEGIN");
  insert(10);
  run("COMMIT");
  const std::string whole = log();
  // Behind the header, or just behind a commit, nothing is missing that anybody could see.
  int unseen = 0;
  for (std::size_t size = 1; size < whole.size(); size += size < kHeader ? 1 : 101) {
    unseen += check(whole.substr(0, size)).suspicious ? 0 : 1;
  }
  EXPECT_LE(unseen, 1);
  EXPECT_TRUE(check(whole.substr(0, whole.size() - 1)).suspicious);
  EXPECT_TRUE(check(whole.substr(0, whole.size() - kFrame)).suspicious);
  EXPECT_TRUE(check(whole.substr(0, whole.size() - kFrame + 10)).suspicious);
}

TEST_F(WalCheckTest, ATransactionThatWasCutShortLooksTheSame) {
  insert(3);
  const auto committed = static_cast<std::int64_t>(frames(log()));
  run("PRAGMA cache_size = 10; BEGIN");
  insert(100);  // more than the cache holds: frames without a commit
  const WalEnd end = check(log());
  EXPECT_TRUE(end.suspicious);
  EXPECT_EQ(end.committed, committed);
  EXPECT_EQ(end.committed + end.behind, static_cast<std::int64_t>(frames(log())));
}

// What an opening makes of it.
class WalCutTest : public SpoolFixture {
 protected:
  WalCutTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }

  // A run that was killed: its files as they were while it ran.
  std::string killed_run(int records) {
    const auto copies = folder_ / "killed";
    std::filesystem::create_directories(copies);
    std::string id;
    {
      Spool spool = open();
      append(spool, records);
      id = spool.spool_id();
      for (const char* suffix : {"", "-wal", ".lock"}) {
        std::filesystem::copy_file(settings_.path + suffix, copies / ("spool.db" + std::string(suffix)),
                                   std::filesystem::copy_options::overwrite_existing);
      }
    }
    settings_.path = copies / "spool.db";
    return id;
  }
  void damage_log(std::int64_t at, std::size_t bytes = 16) const {
    std::fstream file(settings_.path + "-wal", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(at);
    file << std::string(bytes, '\x5A');
  }
  std::int64_t log_size() const {
    return static_cast<std::int64_t>(std::filesystem::file_size(settings_.path + "-wal"));
  }
  static std::string gap(const std::string& run, int from) {
    return R"("spool_id":")" + run + R"(","station_id":"roof-1","from":)" + std::to_string(from) +
           R"(,"reason":"damaged"})";
  }
};

TEST_F(WalCutTest, BatchesBehindADamagedFrameAreAnnouncedWithAnOpenEnd) {
  const std::string run = killed_run(100);
  damage_log(log_size() - 3000);
  std::int64_t last = 0;
  {
    Spool spool = open();
    append(spool, 10);
    const Lease leased = lease(spool, "lake");
    const std::string all = text(leased);
    last = 0;
    for (const BatchPtr& batch : leased.batches) {
      if (batch->header.spool_id == run) last = std::max(last, batch->header.first_seq + 9);
    }
    EXPECT_GE(last, 10);
    EXPECT_LT(last, 100);
    const auto gaps = lines_of_kind(all, "gap");
    ASSERT_EQ(gaps.size(), 1U);
    EXPECT_NE(gaps[0].find(gap(run, static_cast<int>(last) + 1)), std::string::npos) << gaps[0];
    EXPECT_GT(leased.batches.back()->header.id, 12) << "ids that were given out are not used again";
    ASSERT_EQ(spool.stat().drops.size(), 1U);
    EXPECT_EQ(spool.stat().drops[0].reason, "damaged");
    settle(spool, leased);
  }
  Spool spool = open();
  append(spool, 10);
  EXPECT_TRUE(lines_of_kind(text(lease(spool, "lake")), "gap").empty()) << "told once";
}

// It leaves frames of its own transaction behind, and the disk has no room to take the log into the database either.
TEST_F(WalCutTest, AStartThatFailsOnAFullDiskLooksLikeNoDamageAtTheNext) {
  killed_run(100);
  ASSERT_FALSE(check_wal(settings_.path + "-wal").suspicious);
  test::FaultDisk disk;
  int failed = 0;
  for (int writes = 0; writes < 100; ++writes) {
    disk.fail_writes_after(writes, true);
    const auto spool = Spool::open(settings_, clock_);
    if (spool) break;
    ++failed;
    ASSERT_FALSE(check_wal(settings_.path + "-wal").suspicious) << "after " << writes << " writes";
  }
  EXPECT_GT(failed, 3);
  disk.fail_writes_after(std::nullopt, true);
  Spool spool = open();
  append(spool, 10);
  const std::string all = text(lease(spool, "lake"));
  EXPECT_EQ(seqs(all).size(), 110U);
  EXPECT_TRUE(lines_of_kind(all, "gap").empty());
}

TEST_F(WalCutTest, AStartThatFailsCutsNothingThatWasCommitted) {
  killed_run(100);
  const std::string log = settings_.path + "-wal";
  const WalEnd whole = check_wal(log);
  const std::int64_t size = log_size();
  damage_log(size - 3000);  // as it reads from a bad sector
  cut_behind_last_commit(log, whole);
  EXPECT_EQ(log_size(), size);
  cut_behind_last_commit(log, check_wal(log));  // it was so before
  EXPECT_EQ(log_size(), size);
}

TEST_F(WalCutTest, ARunOfWhichNothingIsLeftIsAnnouncedByItsName) {
  const std::string run = killed_run(100);
  damage_log(0);  // a young spool has its tables in the log as well
  Spool spool = open();
  append(spool, 10);
  const auto gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_EQ(gaps.size(), 1U);
  EXPECT_NE(gaps[0].find(gap(run, 1)), std::string::npos) << gaps[0];
}

TEST_F(WalCutTest, ADatabaseThatIsMovedAsideAsWellAnnouncesTheSame) {
  const std::string first = killed_run(1000);
  damage_log(0);
  std::filesystem::resize_file(settings_.path, 3000);  // and nothing can be read of it
  Spool spool = open();
  append(spool, 10);
  const auto gaps = lines_of_kind(text(lease(spool, "lake")), "gap");
  ASSERT_FALSE(gaps.empty());
  EXPECT_NE(gaps[0].find(gap(first, 1)), std::string::npos) << gaps[0];
}

TEST_F(WalCutTest, AKilledRunWithAWholeLogAnnouncesNothing) {
  killed_run(100);
  Spool spool = open();
  append(spool, 10);
  EXPECT_TRUE(lines_of_kind(text(lease(spool, "lake")), "gap").empty());
  EXPECT_TRUE(spool.stat().drops.empty());
}

}  // namespace
}  // namespace airspool::spool
