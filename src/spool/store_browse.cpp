// SPDX-License-Identifier: Apache-2.0
#include "store.h"

// Rows for people: asked for seldom, so the statements are not kept.
namespace airspool::spool {
namespace {

constexpr std::int64_t kSimulated = 1;  // batch.flags, as README.md has them
constexpr std::int64_t kThinned = 15 << 8;

DeadRow dead_row(const Query& query) {
  DeadRow row;
  row.id = query.integer(0);
  row.batch.id = query.integer(1);
  row.sink = query.text(2);
  row.reason = query.text(3);
  row.rejected_ms = query.integer(4);
  row.run.spool_id = query.text(5);
  row.run.station_id = query.text(6);
  row.batch.first_seq = query.integer(7);
  row.batch.records = query.integer(8);
  row.batch.sealed_ms = query.integer(9);
  row.flags = query.integer(10);
  row.batch.simulated = (row.flags & kSimulated) != 0;
  row.batch.thinned = (row.flags & kThinned) != 0 ? 1 : 0;
  row.batch.bytes = query.integer(11);
  const std::int64_t last_seq = query.integer(12);
  row.batch.last_seq = last_seq != 0 ? last_seq : row.batch.first_seq + row.batch.records - 1;
  return row;
}

}  // namespace

Result<std::vector<BatchRow>> Store::batches_after(std::int64_t id, std::int64_t limit) {
  std::vector<BatchRow> rows;
  auto statement = database_.prepare("SELECT id FROM batch WHERE id > ?1 ORDER BY id LIMIT ?2");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, id, limit);
  for (;;) {
    const auto more = query.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rows;
    auto row = batch(query.integer(0));
    if (!row) return tl::unexpected(row.error());
    if (*row) rows.push_back(**row);
  }
}

Result<std::vector<DeadRow>> Store::dead_after(std::int64_t id, std::int64_t limit) {
  std::vector<DeadRow> rows;
  auto statement = database_.prepare(
      "SELECT id, batch, sink, reason, rejected_ms, spool_id, station_id, first_seq, records, sealed_ms, flags, size, "
      "last_seq FROM dead WHERE id > ?1 ORDER BY id LIMIT ?2");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, id, limit);
  for (;;) {
    const auto more = query.next();
    if (!more) return tl::unexpected(more.error());
    if (!*more) return rows;
    rows.push_back(dead_row(query));
  }
}

Result<bool> Store::is_dead(std::int64_t batch, std::string_view sink) {
  auto statement = database_.prepare("SELECT 1 FROM dead WHERE sink = ?2 AND batch = ?1");
  if (!statement) return tl::unexpected(statement.error());
  return Query(*statement, batch, sink).next();
}

Result<std::optional<std::string>> Store::dead_body(std::int64_t id) {
  auto statement = database_.prepare("SELECT bytes FROM dead WHERE id = ?1");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, id);
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  return *row ? std::optional(query.text(0)) : std::nullopt;
}

Result<void> Store::revive(const DeadRow& dead, std::int64_t id, std::string_view bytes) {
  const auto run = run_for(dead.run);
  if (!run) return tl::unexpected(run.error());
  auto remove = database_.prepare("DELETE FROM dead WHERE id = ?1");
  auto insert = database_.prepare(
      "INSERT INTO batch(id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment) "
      "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,0)");
  if (!remove || !insert) return tl::unexpected(remove ? insert.error() : remove.error());
  const BatchRow& row = dead.batch;
  // The letter goes first: its pages are what the batch needs. The notices that it carried were told by others since.
  auto done = Query(*remove, dead.id).run();
  if (done) {
    done = Query(*insert, id, *run, row.first_seq, row.records, row.sealed_ms, row.bytes,
                 dead.flags & (kSimulated | kThinned), row.last_seq)
               .run();
  }
  if (done) done = Query(insert_body_, id, Query::Blob{bytes}).run();
  return done;
}

// A run whose batches are all gone may be forgotten. It comes back before all others: the newest one stays the newest.
Result<std::int64_t> Store::run_for(const RunRow& run) {
  auto known = database_.prepare("SELECT id FROM run WHERE spool_id = ?1 ORDER BY id LIMIT 1");
  if (!known) return tl::unexpected(known.error());
  {
    Query query(*known, std::string_view(run.spool_id));
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    if (*row) return query.integer(0);
  }
  const auto first = database_.integer("SELECT ifnull(min(id), 1) - 1 FROM run");
  if (!first) return first;
  RunRow row = run;
  row.id = *first;
  if (auto done = insert_run(row, 0); !done) return tl::unexpected(done.error());
  return *first;
}

Result<std::string> Store::check() { return database_.text("PRAGMA quick_check(1)"); }

}  // namespace airspool::spool
