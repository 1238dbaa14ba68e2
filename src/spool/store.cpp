// SPDX-License-Identifier: Apache-2.0
#include "store.h"

#include <utility>

namespace airspool::spool {
namespace {

constexpr std::int64_t kSimulated = 1;  // batch.flags
constexpr std::int64_t kHasNotices = 2;
constexpr std::int64_t kHeld = 4;
constexpr int kThinnedShift = 8;  // bits 8 to 11
constexpr std::int64_t kThinnedMask = 15;

RunRow run_row(const Query& query) {
  return {query.integer(0), query.text(1), query.text(2), query.integer(3), query.integer(4), query.integer(5) != 0};
}

BatchRow batch_row(const Query& query) {
  BatchRow row;
  row.id = query.integer(0);
  row.run = query.integer(1);
  row.first_seq = query.integer(2);
  row.records = query.integer(3);
  row.sealed_ms = query.integer(4);
  row.bytes = query.integer(5);
  const std::int64_t flags = query.integer(6);
  row.simulated = (flags & kSimulated) != 0;
  row.has_notices = (flags & kHasNotices) != 0;
  row.held = (flags & kHeld) != 0;
  row.thinned = static_cast<int>((flags >> kThinnedShift) & kThinnedMask);
  const std::int64_t last_seq = query.integer(7);  // 0 in rows from before the column
  row.last_seq = last_seq != 0 ? last_seq : row.first_seq + row.records - 1;
  row.segment = query.integer(8);
  return row;
}

std::int64_t flags_of(const BatchRow& row) {
  return (row.simulated ? kSimulated : 0) | (row.has_notices ? kHasNotices : 0) | (row.held ? kHeld : 0) |
         (static_cast<std::int64_t>(row.thinned) << kThinnedShift);
}

// The first row as what `make` makes of it; nothing where there is no row.
template <typename Make>
auto one(Query& query, Make make) -> Result<std::optional<decltype(make(query))>> {
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  return std::optional(make(query));
}

template <typename Make>
auto all(Query& query, Make make) -> Result<std::vector<decltype(make(query))>> {
  std::vector<decltype(make(query))> rows;
  for (;;) {
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return rows;
    rows.push_back(make(query));
  }
}

}  // namespace

Result<void> Store::prepare() {
  const std::pair<Statement*, std::string_view> statements[] = {
      {&begin_, "BEGIN IMMEDIATE"},
      {&commit_, "COMMIT"},
      {&rollback_, "ROLLBACK"},
      {&newest_run_,
       "SELECT id, spool_id, station_id, last_seq, last_batch, spilling FROM run ORDER BY id DESC LIMIT 1"},
      {&run_, "SELECT id, spool_id, station_id, last_seq, last_batch, spilling FROM run WHERE id = ?1"},
      {&insert_run_,
       "INSERT INTO run(id, spool_id, station_id, opened_ms, last_seq, last_batch, spilling) "
       "VALUES(?1,?2,?3,?4,?5,?6,?7)"},
      {&remember_last_, "UPDATE run SET last_seq = ?2, last_batch = ?3 WHERE id = ?1"},
      {&insert_batch_,
       "INSERT INTO batch(id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment) "
       "VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9)"},
      {&insert_body_, "INSERT INTO body(id, bytes) VALUES(?1,?2)"},
      {&oldest_batch_,
       "SELECT id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch ORDER BY id LIMIT 1"},
      {&newest_batch_,
       "SELECT id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch ORDER BY id DESC "
       "LIMIT 1"},
      {&batch_,
       "SELECT id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch WHERE id = ?1"},
      {&finish_batch_, "UPDATE batch SET sealed_ms = ?2, bytes = ?3, flags = flags & ~4 WHERE id = ?1 AND flags & 4"},
      {&save_segment_,
       "INSERT OR REPLACE INTO segment(id, boot_id, start_boot_ns, end_boot_ns, offset_ns, state) "
       "VALUES(?1,?2,?3,?4,?5,?6)"},
      {&body_, "SELECT bytes FROM body WHERE id = ?1"},
      {&remove_batch_, "DELETE FROM batch WHERE id = ?1 RETURNING flags"},
      {&remove_body_, "DELETE FROM body WHERE id = ?1"},
      {&update_batch_, "UPDATE batch SET records = ?2, bytes = ?3, flags = ?4, last_seq = ?5 WHERE id = ?1"},
      {&update_body_, "UPDATE body SET bytes = ?2 WHERE id = ?1"},
      {&remove_notices_, "DELETE FROM notice WHERE batch = ?1"},
      {&save_sink_, "INSERT OR REPLACE INTO sink(name, horizon, held) VALUES(?1,?2,?3)"},
      {&pending_notices_,
       "SELECT id, kind, spool_id, from_seq, to_seq, other FROM notice WHERE batch IS NULL ORDER BY id LIMIT ?1"},
      {&carry_, "UPDATE notice SET batch = ?2 WHERE id = ?1 AND batch IS NULL AND to_seq = ?3"},
      {&insert_notice_,
       "INSERT INTO notice(batch, kind, spool_id, from_seq, to_seq, other) VALUES(nullif(?1, 0),?2,?3,?4,?5,?6)"},
      {&covering_gap_,
       "SELECT 1 FROM notice WHERE batch IS NULL AND kind = 1 AND spool_id = ?1 AND from_seq <= ?2 AND to_seq >= ?3 "
       "AND "
       "other = ?4"},
      {&extend_gap_,
       "UPDATE notice SET to_seq = ?3, batch = NULL WHERE kind = 1 AND spool_id = ?1 AND to_seq = ?2 - 1 AND other = "
       "?4"},
      {&recall_, "UPDATE notice SET batch = NULL WHERE batch = ?1"},
      {&insert_dead_,
       "INSERT INTO dead(batch, sink, reason, rejected_ms, spool_id, station_id, first_seq, records, sealed_ms, flags, "
       "size, bytes, last_seq) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)"},
      {&remove_dead_, "DELETE FROM dead WHERE id = (SELECT min(id) FROM dead) RETURNING sink, records"},
      {&dead_totals_, "SELECT count(*), ifnull(sum(size), 0) FROM dead"},
      {&count_drop_,
       "INSERT INTO dropped(sink, reason, batches, records) VALUES(?1,?2,?3,?4) ON CONFLICT(sink, reason) DO UPDATE "
       "SET batches = batches + excluded.batches, records = records + excluded.records"},
      {&page_count_, "PRAGMA page_count"},
      {&freelist_count_, "PRAGMA freelist_count"},
  };
  for (const auto& [statement, sql] : statements) {
    auto prepared = database_.prepare(sql);
    if (!prepared) return tl::unexpected(prepared.error());
    *statement = std::move(*prepared);
  }
  return {};
}

Result<void> Store::limit_bytes(std::int64_t max_bytes) {
  max_pages_ = max_bytes / kPageBytes;
  // SQLite never sets this below the size that the file has; make_room then frees pages until it fits.
  return database_.run("PRAGMA max_page_count = " + std::to_string(max_pages_));
}

Result<void> Store::begin() { return Query(begin_).run(); }

Result<void> Store::commit() { return Query(commit_).run(); }

void Store::rollback() {
  // Some errors (a full disk) have rolled back already.
  if (database_.in_transaction()) (void)Query(rollback_).run();
}

Result<std::optional<RunRow>> Store::newest_run() {
  Query query(newest_run_);
  return one(query, run_row);
}

Result<std::optional<RunRow>> Store::run(std::int64_t id) {
  Query query(run_, id);
  return one(query, run_row);
}

Result<std::optional<RunRow>> Store::run_of(std::string_view spool_id) {
  auto statement =
      database_.prepare("SELECT id, spool_id, station_id, last_seq, last_batch, spilling FROM run WHERE spool_id = ?1");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, spool_id);
  return one(query, run_row);
}

Result<std::int64_t> Store::first_run() { return database_.integer("SELECT ifnull(min(id), 1) FROM run"); }

Result<void> Store::insert_run(const RunRow& row, std::int64_t opened_ms) {
  return Query(insert_run_, row.id, std::string_view(row.spool_id), std::string_view(row.station_id), opened_ms,
               row.last_seq, row.last_batch, std::int64_t{row.spilling})
      .run();
}

Result<void> Store::remember_last(std::int64_t run, std::int64_t last_seq, std::int64_t last_batch) {
  return Query(remember_last_, run, last_seq, last_batch).run();
}

Result<void> Store::end_run(std::int64_t run) {
  return database_.run("UPDATE run SET spilling = 0 WHERE id = " + std::to_string(run));
}

Result<void> Store::forget_empty_runs() {
  return database_.run("DELETE FROM run WHERE id NOT IN (SELECT run FROM batch) AND id < (SELECT max(id) FROM run)");
}

Result<void> Store::insert_batch(const BatchRow& row, std::string_view bytes) {
  auto done = Query(insert_batch_, row.id, row.run, row.first_seq, row.records, row.sealed_ms, row.bytes, flags_of(row),
                    row.last_seq, row.segment)
                  .run();
  if (done) done = Query(insert_body_, row.id, Query::Blob{bytes}).run();
  return done;
}

Result<void> Store::finish_batch(std::int64_t id, std::int64_t sealed_ms, std::string_view bytes) {
  auto done = Query(finish_batch_, id, sealed_ms, static_cast<std::int64_t>(bytes.size())).run();
  if (!done || database_.changed_rows() == 0) return done;
  return Query(update_body_, id, Query::Blob{bytes}).run();
}

Result<std::optional<BatchRow>> Store::oldest_batch() {
  Query query(oldest_batch_);
  return one(query, batch_row);
}

Result<std::optional<BatchRow>> Store::newest_batch() {
  Query query(newest_batch_);
  return one(query, batch_row);
}

Result<std::optional<BatchRow>> Store::batch(std::int64_t id) {
  Query query(batch_, id);
  return one(query, batch_row);
}

Result<std::optional<std::string>> Store::body(std::int64_t id) {
  Query query(body_, id);
  return one(query, [](const Query& row) { return row.text(0); });
}

Result<void> Store::each_batch(const std::function<void(const BatchRow&)>& visit) {
  auto statement = database_.prepare(
      "SELECT id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch ORDER BY id");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  for (;;) {
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return {};
    visit(batch_row(query));
  }
}

Result<std::optional<BatchRow>> Store::next_to_thin(std::int64_t after, std::int64_t up_to, int times) {
  auto statement = database_.prepare(
      "SELECT id, run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch WHERE id > ?1 AND id "
      "<= ?2 AND (flags >> ?4) & ?5 < ?3 AND flags & ?6 = 0 ORDER BY id LIMIT 1");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, after, up_to, std::int64_t{times}, std::int64_t{kThinnedShift}, kThinnedMask, kHeld);
  return one(query, batch_row);
}

Result<std::optional<std::int64_t>> Store::batch_at(std::int64_t rank) {
  auto statement = database_.prepare("SELECT id FROM batch ORDER BY id LIMIT 1 OFFSET ?1");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement, rank);
  return one(query, [](const Query& row) { return row.integer(0); });
}

Result<void> Store::replace_batch(const BatchRow& row, std::string_view bytes) {
  auto done = Query(update_batch_, row.id, row.records, row.bytes, flags_of(row), row.last_seq).run();
  if (done) done = Query(update_body_, row.id, Query::Blob{bytes}).run();
  return done;
}

Result<void> Store::remove_batch(std::int64_t id) {
  bool has_notices = false;
  {
    Query query(remove_batch_, id);
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    has_notices = *row && (query.integer(0) & kHasNotices) != 0;
    if (auto done = query.run(); !done) return done;
  }
  auto done = Query(remove_body_, id).run();
  if (done && has_notices) done = Query(remove_notices_, id).run();
  return done;
}

SegmentRow segment_row(const Query& query) {
  // A state that nobody knows: the batches in it are as good as held.
  const std::int64_t state = query.integer(5);
  const bool known = state >= 0 && state < static_cast<std::int64_t>(SegmentState::kHeld);
  return {query.integer(0),
          query.text(1),
          BootTime(Nanoseconds(query.integer(2))),
          BootTime(Nanoseconds(query.integer(3))),
          WallTime(Nanoseconds(query.integer(4))),
          known ? static_cast<SegmentState>(state) : SegmentState::kHeld};
}

Result<std::vector<SegmentRow>> Store::segments() {
  auto statement = database_.prepare(kSegmentColumns);
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  return all(query, segment_row);
}

Result<void> Store::save_segment(const SegmentRow& row) {
  return Query(save_segment_, row.id, std::string_view(row.boot_id), row.start.time_since_epoch().count(),
               row.end.time_since_epoch().count(), row.boot_zero.time_since_epoch().count(),
               static_cast<std::int64_t>(row.state))
      .run();
}

Result<void> Store::remove_segment(std::int64_t id) {
  return database_.run("DELETE FROM segment WHERE id = " + std::to_string(id));
}

Result<std::vector<SinkRow>> Store::sinks() {
  auto statement = database_.prepare("SELECT name, horizon, held FROM sink ORDER BY name");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  return all(query, [](const Query& row) { return SinkRow{row.text(0), row.integer(1), row.text(2)}; });
}

Result<void> Store::save_sink(const SinkRow& row) {
  return Query(save_sink_, std::string_view(row.name), row.horizon, std::string_view(row.held)).run();
}

Result<void> Store::remove_sink(std::string_view name) {
  auto statement = database_.prepare("DELETE FROM sink WHERE name = ?1");
  if (!statement) return tl::unexpected(statement.error());
  return Query(*statement, name).run();
}

Result<std::vector<Notice>> Store::pending_notices(std::int64_t limit) {
  Query query(pending_notices_, limit);
  return all(query, [](const Query& row) {
    return Notice{row.integer(0), row.integer(1) == 0 ? NoticeKind::kStart : NoticeKind::kGap,
                  row.text(2),    row.integer(3),
                  row.integer(4), row.text(5)};
  });
}

Result<void> Store::carry(const Notice& notice, std::int64_t batch) {
  if (notice.row != 0) return Query(carry_, notice.row, batch, notice.to_seq).run();
  return Query(insert_notice_, batch, static_cast<std::int64_t>(notice.kind), std::string_view(notice.spool_id),
               notice.from_seq, notice.to_seq, std::string_view(notice.other))
      .run();
}

Result<void> Store::forget_notice(const Notice& notice) {
  auto statement = database_.prepare("DELETE FROM notice WHERE id = ?1 AND batch IS NULL AND to_seq = ?2");
  if (!statement) return tl::unexpected(statement.error());
  return Query(*statement, notice.row, notice.to_seq).run();
}

Result<void> Store::announce_gap(std::string_view spool_id, std::int64_t from, std::int64_t to,
                                 std::string_view reason) {
  // A gap that is to be told already: what is left of a damaged file may say the same thousands of times.
  {
    Query query(covering_gap_, spool_id, from, to, reason);
    const auto covered = query.next();
    if (!covered) return tl::unexpected(covered.error());
    if (*covered) return {};
  }
  auto done = Query(extend_gap_, spool_id, from, to, reason).run();
  if (!done || database_.changed_rows() > 0) return done;
  return Query(insert_notice_, std::int64_t{0}, static_cast<std::int64_t>(NoticeKind::kGap), spool_id, from, to, reason)
      .run();
}

Result<void> Store::recall_notices(std::int64_t batch) { return Query(recall_, batch).run(); }

Result<void> Store::insert_dead(const BatchRow& row, const RunRow& run, std::string_view bytes, std::string_view sink,
                                std::string_view reason, std::int64_t now_ms) {
  return Query(insert_dead_, row.id, sink, reason, now_ms, std::string_view(run.spool_id),
               std::string_view(run.station_id), row.first_seq, row.records, row.sealed_ms, flags_of(row), row.bytes,
               Query::Blob{bytes}, row.last_seq)
      .run();
}

Result<bool> Store::remove_oldest_dead() {
  std::string sink;
  std::int64_t records = 0;
  {
    Query query(remove_dead_);
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    if (!*row) return false;
    sink = query.text(0);
    records = query.integer(1);
    if (auto done = query.run(); !done) return tl::unexpected(done.error());
  }
  if (auto done = count_drop(sink, "dead-letter", 1, records); !done) return tl::unexpected(done.error());
  return true;
}

Result<DeadTotals> Store::dead_totals() {
  Query query(dead_totals_);
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  return DeadTotals{query.integer(0), query.integer(1)};
}

Result<std::vector<SinkStat>> Store::dead_by_sink() {
  auto statement = database_.prepare("SELECT sink, count(*) FROM dead GROUP BY sink ORDER BY sink");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  return all(query, [](const Query& row) {
    SinkStat sink;
    sink.name = row.text(0);
    sink.dead_batches = row.integer(1);
    return sink;
  });
}

Result<void> Store::count_drop(std::string_view sink, std::string_view reason, std::int64_t batches,
                               std::int64_t records) {
  return Query(count_drop_, sink, reason, batches, records).run();
}

Result<std::vector<DropStat>> Store::drops() {
  auto statement = database_.prepare("SELECT sink, reason, batches, records FROM dropped ORDER BY sink, reason");
  if (!statement) return tl::unexpected(statement.error());
  Query query(*statement);
  return all(query, [](const Query& row) {
    return DropStat{row.text(0), row.text(1), row.integer(2), row.integer(3)};
  });
}

void Store::fill(SpoolStat& stat) {
  if (stat.batches > 0) {
    const auto time = [](const BatchRow& row) { return WallTime(std::chrono::milliseconds(row.sealed_ms)); };
    // A held one has no place on the calendar yet.
    if (const auto row = oldest_batch(); row && *row && !(*row)->held) stat.oldest_sealed = time(**row);
    if (const auto row = newest_batch(); row && *row && !(*row)->held) stat.newest_sealed = time(**row);
  }
  if (auto counted = drops()) stat.drops = std::move(*counted);
  const auto dead = dead_by_sink();
  if (!dead) return;
  for (const SinkStat& sink : *dead) {
    for (SinkStat& known : stat.sinks) {
      if (known.name == sink.name) known.dead_batches = sink.dead_batches;
    }
  }
}

Result<Store::Pages> Store::pages() {
  Pages pages;
  pages.most = max_pages_;
  Query in_file(page_count_);
  auto row = in_file.next();
  if (!row) return tl::unexpected(row.error());
  pages.in_file = in_file.integer(0);
  Query unused(freelist_count_);
  row = unused.next();
  if (!row) return tl::unexpected(row.error());
  pages.unused = unused.integer(0);
  return pages;
}

Result<void> Store::shrink(std::int64_t keep_free_pages, std::int64_t at_most_pages) {
  std::int64_t unused = 0;
  {
    Query query(freelist_count_);
    const auto row = query.next();
    if (!row) return tl::unexpected(row.error());
    unused = query.integer(0);
  }
  if (unused <= keep_free_pages) return {};
  return database_.run("PRAGMA incremental_vacuum(" + std::to_string(at_most_pages) + ")");
}

Result<void> Store::empty_wal() { return database_.run("PRAGMA wal_checkpoint(TRUNCATE)"); }

Result<void> Store::checkpoint() { return database_.run("PRAGMA wal_checkpoint(PASSIVE)"); }

}  // namespace airspool::spool
