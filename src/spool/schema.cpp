// SPDX-License-Identifier: Apache-2.0
#include "schema.h"

#include <string>

namespace airspool::spool {
namespace {

// A batch is two rows: what is asked of many at once (start, status) lies apart from the bytes, so that reading it
// does not read them.
constexpr const char* kTables =
    "CREATE TABLE run(id INTEGER PRIMARY KEY, spool_id TEXT NOT NULL, station_id TEXT NOT NULL, "
    "opened_ms INTEGER NOT NULL, last_seq INTEGER NOT NULL, last_batch INTEGER NOT NULL, "
    "spilling INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE batch(id INTEGER PRIMARY KEY, run INTEGER NOT NULL, first_seq INTEGER NOT NULL, "
    "records INTEGER NOT NULL, sealed_ms INTEGER NOT NULL, bytes INTEGER NOT NULL, flags INTEGER NOT NULL, "
    "last_seq INTEGER NOT NULL DEFAULT 0, segment INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE body(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"
    "CREATE TABLE sink(name TEXT PRIMARY KEY, horizon INTEGER NOT NULL, held TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE notice(id INTEGER PRIMARY KEY, batch INTEGER, kind INTEGER NOT NULL, spool_id TEXT NOT NULL, "
    "from_seq INTEGER NOT NULL, to_seq INTEGER NOT NULL, other TEXT NOT NULL) STRICT;"
    "CREATE TABLE dead(id INTEGER PRIMARY KEY, batch INTEGER NOT NULL, sink TEXT NOT NULL, reason TEXT NOT NULL, "
    "rejected_ms INTEGER NOT NULL, spool_id TEXT NOT NULL, station_id TEXT NOT NULL, first_seq INTEGER NOT NULL, "
    "records INTEGER NOT NULL, sealed_ms INTEGER NOT NULL, flags INTEGER NOT NULL, size INTEGER NOT NULL, "
    "bytes BLOB NOT NULL, last_seq INTEGER NOT NULL DEFAULT 0) STRICT;"
    // Status is asked every second: it counts them without reading their bytes.
    "CREATE INDEX dead_by_sink ON dead(sink);"
    "CREATE TABLE dropped(sink TEXT NOT NULL, reason TEXT NOT NULL, batches INTEGER NOT NULL, "
    "records INTEGER NOT NULL, PRIMARY KEY(sink, reason)) STRICT, WITHOUT ROWID;";

// Last, so that the tables of all formats begin on the same pages (see salvage).
constexpr const char* kSegment =
    "CREATE TABLE segment(id INTEGER PRIMARY KEY, boot_id TEXT NOT NULL, start_boot_ns INTEGER NOT NULL, "
    "end_boot_ns INTEGER NOT NULL, offset_ns INTEGER NOT NULL, state INTEGER NOT NULL) STRICT;";

Result<void> from_1_to_2(Database& database) {
  return database.run(std::string("ALTER TABLE run ADD COLUMN spilling INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE batch ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE batch ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;"
                                  "ALTER TABLE dead ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;") +
                      kSegment);
}

Result<void> set_version(Database& database) {
  return database.run("PRAGMA user_version = " + std::to_string(kSchema));
}

}  // namespace

Result<void> make_schema(Database& database) {
  auto done = database.run(std::string(kTables) + kSegment);
  if (done) done = database.run("PRAGMA application_id = " + std::to_string(kApplicationId));
  if (done) done = set_version(database);
  return done;
}

Result<void> migrate(Database& database, std::int64_t from) {
  Result<void> done;
  if (from < 2) done = from_1_to_2(database);
  if (done) done = set_version(database);
  return done;
}

}  // namespace airspool::spool
