// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <airspool/spool/batch_codec.h>

#include "life.h"

namespace airspool::campaign {
namespace {

// The tables as the first format had them. Never changed: such files are out there.
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
    "PRAGMA application_id = 1097429619; PRAGMA user_version = 1;"
    "INSERT INTO run VALUES(1, 'aaaabbbbccccdddd', 'roof-1', 1789999990000, 0, 0);";

constexpr std::int64_t kRecordsOfABatch = 12;
// Serials that no life uses.
constexpr std::uint32_t kFirstSerial = 60 * kSerialsOfALife;

void must(bool holds) {
  if (!holds) std::abort();
}

std::string line(std::uint32_t serial, std::int64_t seq) {
  char text[400];
  std::snprintf(text, sizeof text,
                "{\"schema\":1,\"record_id\":\"aaaabbbbccccdddd-%lld\",\"station_id\":\"roof-1\",\"seq\":%lld,"
                "\"icao24\":\"%06x\",\"addr_type\":\"icao\",\"last_contact\":%lld,\"event_time_ms\":%lld,"
                "\"on_ground\":false,\"spi\":false,\"position_source\":0,\"source\":\"opensky\",\"received_ms\":%lld,"
                "\"time_quality\":0}\n",
                static_cast<long long>(seq), static_cast<long long>(seq), serial,
                static_cast<long long>(given_ms(serial) / 1000), static_cast<long long>(given_ms(serial)),
                static_cast<long long>(given_ms(serial)));
  return text;
}

}  // namespace

void write_format_1(const Place& place, std::int64_t batches) {
  sqlite3* database = nullptr;
  must(sqlite3_open(place.spool().c_str(), &database) == SQLITE_OK);
  must(sqlite3_exec(database, kFormat1, nullptr, nullptr, nullptr) == SQLITE_OK);
  auto encoder = spool::BatchEncoder::create();
  must(encoder.has_value());
  sqlite3_stmt* batch = nullptr;
  sqlite3_stmt* body = nullptr;
  must(sqlite3_prepare_v2(database, "INSERT INTO batch VALUES(?1,1,?2,?3,1790000000000,?4,0)", -1, &batch, nullptr) ==
       SQLITE_OK);
  must(sqlite3_prepare_v2(database, "INSERT INTO body VALUES(?1,?2)", -1, &body, nullptr) == SQLITE_OK);
  std::int64_t seq = 0;
  for (std::int64_t id = 1; id <= batches; ++id) {
    std::string text;
    const std::int64_t first = seq + 1;
    for (std::int64_t i = 0; i < kRecordsOfABatch; ++i) {
      ++seq;
      text += line(kFirstSerial + static_cast<std::uint32_t>(seq), seq);
    }
    const std::string bytes = encoder->encode(text).value();
    sqlite3_bind_int64(batch, 1, id);
    sqlite3_bind_int64(batch, 2, first);
    sqlite3_bind_int64(batch, 3, kRecordsOfABatch);
    sqlite3_bind_int64(batch, 4, static_cast<std::int64_t>(bytes.size()));
    must(sqlite3_step(batch) == SQLITE_DONE);
    sqlite3_reset(batch);
    sqlite3_bind_int64(body, 1, id);
    sqlite3_bind_blob(body, 2, bytes.data(), static_cast<int>(bytes.size()), SQLITE_TRANSIENT);
    must(sqlite3_step(body) == SQLITE_DONE);
    sqlite3_reset(body);
  }
  sqlite3_finalize(batch);
  sqlite3_finalize(body);
  must(sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(database);
  ::unlink((place.spool() + "-shm").c_str());
  std::ofstream(place.journal(), std::ios::app) << "aaaabbbbccccdddd " << seq << '\n';
}

void damage(const Place& place, Dice& dice) {
  const bool wal = dice.one_in(3);
  const std::string path = place.spool() + (wal ? "-wal" : "");
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  struct stat info {};
  ::fstat(fd, &info);
  const auto size = static_cast<std::int64_t>(info.st_size);
  if (size > 0) {
    const auto kind = dice.roll(6);
    if (kind == 0) {  // cut off
      must(::ftruncate(fd, dice.between(0, size - 1)) == 0);
    } else if (kind == 1) {  // the header
      const char nonsense[16] = "not a database.";
      must(::pwrite(fd, nonsense, sizeof nonsense, 0) == sizeof nonsense);
    } else {  // some sectors, or some bytes
      const std::int64_t length = kind < 4 ? 512 : 1;
      for (std::int64_t i = dice.between(1, 20); i > 0; --i) {
        std::string junk(static_cast<std::size_t>(length), '\0');
        for (char& byte : junk) byte = static_cast<char>(dice.roll(256));
        const std::int64_t at = dice.between(0, size - 1) / length * length;
        must(::pwrite(fd, junk.data(), std::min(junk.size(), static_cast<std::size_t>(size - at)), at) >= 0);
      }
    }
  }
  ::close(fd);
}

}  // namespace airspool::campaign
