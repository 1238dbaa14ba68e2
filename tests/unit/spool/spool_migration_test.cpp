// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/wait.h>

#include "schema.h"
#include "spool_fixture.h"
#include "sqlite.h"

namespace airspool::spool {
namespace {

// The tables as format 1 had them. Never changed: such files are out there.
constexpr const char* kFormat1 =
    "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; BEGIN;"
    "CREATE TABLE run(id INTEGER PRIMARY KEY, spool_id TEXT NOT NULL, station_id TEXT NOT NULL, "
    "opened_ms INTEGER NOT NULL, last_seq INTEGER NOT NULL, last_batch INTEGER NOT NULL) STRICT;"
    "CREATE TABLE batch(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first_seq INTEGER NOT NULL, "
    "records INTEGER NOT NULL, sealed_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, flags INTEGER NOT NULL) STRICT;"
    "CREATE TABLE body(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE sink(name TEXT PRIMARY KEY, horizon INTEGER NOT NULL, held TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE notice(id INTEGER PRIMARY KEY, batch INTEGER, kind INTEGER NOT NULL, spool_id TEXT NOT NULL, "
    "from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, other TEXT NOT NULL) STRICT;"
    "CREATE TABLE dead(id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, sink TEXT NOT NULL, reason TEXT NOT NULL, "
    "rejected_ms INTEGER NOT NULL, spool_id TEXT NOT NULL, station_id TEXT NOT NULL, first_seq INTEGER NOT NULL, "
    "records INTEGER NOT NULL, sealed_ms INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL, "
    "bytes BLOB NOT NULL) STRICT;"
    "CREATE INDEX dead_by_sink ON dead(sink);"
    "CREATE TABLE dropped(sink TEXT NOT NULL, reason TEXT NOT NULL, batches INTEGER NOT NULL, "
    "records INTEGER NOT NULL, PRIMARY KEY(sink, reason)) STRICT, WITHOUT ROWID;"
    "PRAGMA application_id = 1097429619; PRAGMA user_version = 1; COMMIT;";

class SpoolMigrationTest : public SpoolFixture {
 protected:
  SpoolMigrationTest() { settings_.sinks = {{"lake", StartAt::kOldest, LeaseOrder::kOldestFirst}}; }

  // Three batches of run "aaaabbbbccccdddd", the second of them still carrying a gap, one dead letter, one loss. The
  // first is not wanted any more.
  void make_format_1() const {
    auto database = Database::open(settings_.path, true);
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->run(kFormat1));
    ASSERT_TRUE(database->run("INSERT INTO run VALUES(7, 'aaaabbbbccccdddd', 'roof-1', 1789999990000, 0, 0)"));
    auto encoder = BatchEncoder::create();
    auto batch = database->prepare("INSERT INTO batch VALUES(?1, 7, ?2, 10, 1789999999000, ?3, ?4)");
    auto body = database->prepare("INSERT INTO body VALUES(?1, ?2)");
    ASSERT_TRUE(encoder && batch && body);
    for (std::int64_t id = 41; id <= 43; ++id) {
      const std::string bytes = encoder->encode("{\"old\":" + std::to_string(id) + "}\n").value();
      ASSERT_TRUE(
          Query(*batch, id, (id - 41) * 10 + 1, static_cast<std::int64_t>(bytes.size()), std::int64_t{id == 42 ? 3 : 0})
              .run());
      ASSERT_TRUE(Query(*body, id, Query::Blob{bytes}).run());
    }
    ASSERT_TRUE(
        database->run("INSERT INTO notice VALUES(1, 42, 1, 'aaaabbbbccccdddd', -9, 0, 'quota');"
                      "INSERT INTO sink VALUES('lake', 41, '');"
                      "INSERT INTO dead VALUES(1, 40, 'lake', 'malformed', 1789999990000, 'aaaabbbbccccdddd', "
                      "'roof-1', -20, 10, 1789999990000, 0, 3, x'010203');"
                      "INSERT INTO dropped VALUES('lake', 'rejected', 1, 10);"));
  }
  std::int64_t version() const {
    auto database = Database::open(settings_.path, false);
    return database->integer("PRAGMA user_version").value();
  }
};

TEST_F(SpoolMigrationTest, AFileOfFormat1LosesNothing) {
  make_format_1();
  {
    Spool spool = open();
    const SpoolStat stat = spool.stat();
    EXPECT_EQ(stat.batches, 2);
    EXPECT_EQ(stat.records, 20);
    EXPECT_EQ(stat.dead_batches, 1);
    ASSERT_EQ(stat.drops.size(), 1U);
    EXPECT_EQ(stat.drops[0].records, 10);
    append(spool, 10);
    const Lease leased = lease(spool, "lake");
    ASSERT_EQ(leased.batches.size(), 3U);
    EXPECT_EQ(decode_batch(leased.batches[0]->bytes).value(), "{\"old\":42}\n");
    EXPECT_EQ(leased.batches[0]->header.first_seq, 11);
    EXPECT_EQ(leased.batches[0]->header.last_seq, 20);
    EXPECT_TRUE(leased.batches[0]->header.simulated);
    EXPECT_EQ(leased.batches[2]->header.id, 44);
    const std::string fresh = decode_batch(leased.batches[2]->bytes).value();
    EXPECT_NE(fresh.find(R"("previous_spool_id":"aaaabbbbccccdddd","previous_seq":30)"), std::string::npos) << fresh;
  }
  EXPECT_EQ(version(), kSchema);
}

TEST_F(SpoolMigrationTest, ALookAtAnOlderFileChangesNothing) {
  make_format_1();
  const auto stat = Spool::inspect(settings_.path);
  ASSERT_TRUE(stat) << stat.error().message;
  EXPECT_EQ(stat->batches, 3);
  EXPECT_EQ(stat->last_seq, 30);
  EXPECT_EQ(version(), 1);
}

TEST_F(SpoolMigrationTest, AKillInsideLeavesTheOldFile) {
  make_format_1();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto database = Database::open(settings_.path, false);
    if (!database || !database->run("BEGIN IMMEDIATE") || !migrate(*database, 1)) _exit(1);
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(version(), 1);
  EXPECT_EQ(open().stat().batches, 2);
  EXPECT_EQ(version(), kSchema);
}

TEST_F(SpoolMigrationTest, AMigratedFileHasTheTablesOfAFreshOne) {
  make_format_1();
  open();
  settings_.path = folder_ / "fresh.db";
  open();
  const auto columns = [&](const std::string& path) {
    auto database = Database::open(path, false);
    return database
        ->text(
            "SELECT group_concat(t.name || '.' || c.name || ' ' || c.type || ' ' || ifnull(c.dflt_value, '') || "
            "' ' || t.rootpage, '\n') FROM sqlite_schema t, pragma_table_info(t.name) c ORDER BY t.name, c.cid")
        .value();
  };
  EXPECT_EQ(columns(folder_ / "spool.db"), columns(folder_ / "fresh.db"));
}

}  // namespace
}  // namespace airspool::spool
