// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

#include <sys/stat.h>

#include "schema.h"
#include "store.h"

namespace airspool::spool {
namespace {

// A check reads the whole file: a small one is done before anybody notices, a big one would delay the start by minutes.
constexpr std::int64_t kCheckedBytes = std::int64_t{16} << 20;

// Before the first read of a file in WAL mode, so that the index of the WAL lies in memory and no -shm is made.
constexpr const char* kExclusive = "PRAGMA locking_mode = EXCLUSIVE";

// Before the first table.
constexpr const char* kConnection =
    "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL; "
    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = OFF; "
    "PRAGMA wal_autocheckpoint = 250; PRAGMA journal_size_limit = 1048576; PRAGMA temp_store = MEMORY; "
    "PRAGMA cache_size = -512; PRAGMA mmap_size = 0;";

std::int64_t file_size(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

// A file that says it is ours, and whose tables are not: one byte in the names of its columns is enough. SQLite itself
// finds nothing wrong with that.
tl::unexpected<Error> foreign_tables(const Error& error, bool fresh) {
  if (fresh || error.code != ErrorCode::kInternal) return tl::unexpected(error);
  return fail(ErrorCode::kInvalidData, "its tables are not those of a spool: " + error.message);
}

}  // namespace

Result<Store> Store::open(const std::string& path, Purpose purpose) {
  auto database = Database::open(path, purpose == Purpose::kRun);
  if (!database) return tl::unexpected(database.error());
  Store store;
  store.database_ = std::move(*database);
  Database& db = store.database_;

  if (auto done = db.run(kExclusive); !done) return tl::unexpected(done.error());
  // Asked before anything is changed: somebody else's database stays as it is.
  auto application = db.integer("PRAGMA application_id");
  if (!application) return tl::unexpected(application.error());
  const auto schema = db.integer("PRAGMA user_version");
  const auto tables = db.integer("SELECT count(*) FROM sqlite_schema");
  if (!schema || !tables) return tl::unexpected(schema ? tables.error() : schema.error());
  const bool fresh = *application == 0 && *schema == 0 && *tables == 0;
  if (!fresh && *application != kApplicationId) {
    return fail(ErrorCode::kConfig,
                "it is the database of another program; give the spool a file of its own in spool.path");
  }
  if (!fresh && *schema > kSchema) {
    return fail(ErrorCode::kConfig, "it was written by a newer airspool (format " + std::to_string(*schema) +
                                        ", this one knows " + std::to_string(kSchema) +
                                        "); install that one again, or move the file away to begin a new spool");
  }

  if (auto done = db.run(kConnection); !done) return tl::unexpected(done.error());
  if (!fresh && file_size(path) <= kCheckedBytes) {
    const auto verdict = db.text("PRAGMA quick_check(1)");
    if (!verdict) return tl::unexpected(verdict.error());
    if (*verdict != "ok") return fail(ErrorCode::kInvalidData, *verdict);
  }
  if (fresh || *schema < kSchema) {
    // All or nothing: whoever is killed in here leaves the file as it was. A look at an older file takes the steps too
    // and never commits them, so that it changes nothing.
    if (auto done = db.run("BEGIN IMMEDIATE"); !done) return tl::unexpected(done.error());
    auto done = fresh ? make_schema(db) : migrate(db, *schema);
    if (done && purpose == Purpose::kRun) done = db.run("COMMIT");
    if (!done) return foreign_tables(done.error(), fresh);
  }
  if (auto done = store.prepare(); !done) return foreign_tables(done.error(), fresh);
  return store;
}

Result<void> Store::move(const std::string& from, const std::string& to) {
  for (const char* suffix : {"-wal", "-shm", ""}) {
    if (std::rename((from + suffix).c_str(), (to + suffix).c_str()) != 0 && errno != ENOENT) {
      return fail(ErrorCode::kIo, "cannot move the damaged file to " + to + ": " + std::strerror(errno));
    }
  }
  return {};
}

}  // namespace airspool::spool
