// SPDX-License-Identifier: Apache-2.0
#include "fakes/fault_disk.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

namespace airspool::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class FaultDiskTest : public testing::Test {
 protected:
  FaultDiskTest() {
    const auto* info = testing::UnitTest::GetInstance()->current_test_info();
    const fs::path memory = "/dev/shm";
    folder_ = (access(memory.c_str(), W_OK) == 0 ? memory : fs::path(testing::TempDir())) /
              (std::string("airspool-disk-") + info->name() + "-" + std::to_string(getpid()));
    fs::create_directories(folder_);
  }
  ~FaultDiskTest() override {
    close();
    fs::remove_all(folder_);
  }

  int open() {
    close();
    int status = sqlite3_open((folder_ / "t.db").c_str(), &database_);
    if (status == SQLITE_OK)
      status = run("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    if (status == SQLITE_OK) status = run("CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, bytes BLOB)");
    return status;
  }
  void close() {
    sqlite3_close(database_);
    database_ = nullptr;
  }
  int run(const std::string& sql) {
    return sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK ? SQLITE_OK
                                                                                        : sqlite3_errcode(database_);
  }
  int insert(int bytes = 10'000) {
    return run("INSERT INTO t(bytes) VALUES(randomblob(" + std::to_string(bytes) + "))");
  }
  int number(const std::string& sql) {
    sqlite3_stmt* statement = nullptr;
    int value = -1;
    if (sqlite3_prepare_v2(database_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW) {
      value = sqlite3_column_int(statement, 0);
    }
    sqlite3_finalize(statement);
    return value;
  }

  fs::path folder_;
  sqlite3* database_ = nullptr;
};

TEST_F(FaultDiskTest, IsADiskLikeAnyOtherAndCounts) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  const auto before = disk.written();
  EXPECT_EQ(insert(), SQLITE_OK);
  EXPECT_GE(disk.written().bytes - before.bytes, 10'000);
  EXPECT_EQ(disk.written().syncs - before.syncs, 1);  // one commit, one sync of the WAL
  EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
  EXPECT_FALSE(fs::exists(folder_ / "t.db-shm"));
  close();
}

TEST_F(FaultDiskTest, LeavesTheDefaultAsItWas) {
  const std::string before = sqlite3_vfs_find(nullptr)->zName;
  { const FaultDisk disk; }
  EXPECT_EQ(sqlite3_vfs_find(nullptr)->zName, before);
}

TEST_F(FaultDiskTest, APowerCutLosesNothingThatWasSyncedWhateverItLeavesOfTheRest) {
  std::set<int> seen;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    FaultDisk disk(seed);
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    ASSERT_EQ(open(), SQLITE_OK);
    for (int i = 0; i < 5; ++i) ASSERT_EQ(insert(), SQLITE_OK);
    // The sixth transaction is written and not synced.
    disk.watch([&](FaultDisk::Operation operation, FaultDisk::Part) {
      if (operation == FaultDisk::Operation::kSync) disk.cut_power();
    });
    EXPECT_NE(insert(), SQLITE_OK);
    close();
    disk.watch({});
    disk.restore_power();
    ASSERT_EQ(open(), SQLITE_OK) << seed;
    EXPECT_EQ(number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1) << seed;
    const int rows = number("SELECT count(*) FROM t");
    EXPECT_GE(rows, 5) << seed;
    EXPECT_LE(rows, 6) << seed;
    seen.insert(rows);
    close();
  }
  EXPECT_EQ(seen.size(), 2U);  // the last transaction is there sometimes
}

TEST_F(FaultDiskTest, APowerCutDropsWhatNobodySynced) {
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    FaultDisk disk(seed);
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    ASSERT_EQ(open(), SQLITE_OK);
    ASSERT_EQ(run("PRAGMA synchronous=OFF"), SQLITE_OK);
    for (int i = 0; i < 5; ++i) ASSERT_EQ(insert(), SQLITE_OK);
    disk.cut_power();
    EXPECT_NE(insert(), SQLITE_OK);
    close();
    disk.restore_power();
    if (open() != SQLITE_OK || number("SELECT count(*) FROM t") < 5) ++lost;
    close();
  }
  EXPECT_GE(lost, 5);
}

TEST_F(FaultDiskTest, FilesThatWereOpenAtAPowerCutStayBeyondUse) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  disk.cut_power();
  disk.restore_power();
  EXPECT_NE(insert(), SQLITE_OK);
  EXPECT_EQ(open(), SQLITE_OK);
  EXPECT_EQ(insert(), SQLITE_OK);
  close();
}

TEST_F(FaultDiskTest, IsFullBeyondItsFreeBytes) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  disk.set_free_bytes(50'000);
  EXPECT_EQ(insert(), SQLITE_OK);
  EXPECT_EQ(insert(), SQLITE_OK);
  EXPECT_EQ(insert(), SQLITE_FULL);
  disk.set_free_bytes({});
  EXPECT_EQ(insert(), SQLITE_OK);
  close();
}

TEST_F(FaultDiskTest, FailsFromTheNthWriteOn) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  disk.fail_writes_after(2, true);
  EXPECT_EQ(insert(), SQLITE_FULL);
  disk.fail_writes_after(2, false);
  EXPECT_EQ(insert(), SQLITE_IOERR);
  disk.fail_writes_after({}, false);
  EXPECT_EQ(insert(), SQLITE_OK);
  EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
  close();
}

TEST_F(FaultDiskTest, CanBeReadOnlyOrGone) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  ASSERT_EQ(insert(), SQLITE_OK);
  disk.set_state(FaultDisk::State::kReadOnly);
  EXPECT_EQ(insert(), SQLITE_IOERR);
  EXPECT_EQ(number("SELECT count(*) FROM t"), 1);
  disk.set_state(FaultDisk::State::kHealthy);
  EXPECT_EQ(insert(), SQLITE_OK);
  disk.set_state(FaultDisk::State::kGone);
  EXPECT_NE(insert(), SQLITE_OK);
  disk.set_state(FaultDisk::State::kHealthy);
  EXPECT_NE(insert(), SQLITE_OK) << "what was open is beyond use";
  disk.set_state(FaultDisk::State::kGone);
  EXPECT_NE(open(), SQLITE_OK);
  disk.set_state(FaultDisk::State::kHealthy);
  EXPECT_EQ(open(), SQLITE_OK);
  EXPECT_EQ(number("SELECT count(*) FROM t"), 2);
  close();
}

TEST_F(FaultDiskTest, HasBadSectors) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  for (int i = 0; i < 10; ++i) ASSERT_EQ(insert(), SQLITE_OK);
  ASSERT_EQ(open(), SQLITE_OK);  // closing moved everything into the database
  disk.fail_reads(FaultDisk::Part::kDatabase, 40'000, 40'512);
  EXPECT_EQ(run("SELECT sum(length(hex(bytes))) FROM t"), SQLITE_IOERR);
  disk.fail_reads(FaultDisk::Part::kDatabase, 0, 0);
  EXPECT_EQ(run("SELECT sum(length(hex(bytes))) FROM t"), SQLITE_OK);
  close();
}

TEST_F(FaultDiskTest, StallsASyncUntilItIsReleased) {
  FaultDisk disk;
  ASSERT_EQ(open(), SQLITE_OK);
  disk.stall_next_sync();
  int status = -1;
  std::thread writer([&] { status = insert(); });
  EXPECT_TRUE(disk.wait_for_stall(20s));
  EXPECT_EQ(status, -1);
  disk.release_stall();
  writer.join();
  EXPECT_EQ(status, SQLITE_OK);
  close();
}

}  // namespace
}  // namespace airspool::test
