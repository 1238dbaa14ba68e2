// SPDX-License-Identifier: Apache-2.0
#include "salvage.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <utility>

#include <airspool/spool/batch_codec.h>

#include "held_text.h"

namespace airspool::spool {
namespace {

constexpr std::int64_t kMaxSeq = std::int64_t{1} << 53;
constexpr std::int64_t kSimulated = 1;  // batch.flags
constexpr std::int64_t kHeld = 4;
constexpr int kThinnedShift = 8;
constexpr std::int64_t kThinnedMask = 15;

// All rows that come before the first error.
template <typename Row, typename Make>
bool read_all(Database& database, const char* sql, std::vector<Row>& rows, Make make) {
  auto statement = database.prepare(sql);
  if (!statement) return false;
  Query query(*statement);
  for (;;) {
    const auto row = query.next();
    if (!row) return false;
    if (!*row) return true;
    rows.push_back(make(query));
  }
}

bool put_first_page(const std::string& path, const std::string& fresh) {
  std::array<char, kPageBytes> page{};
  std::ifstream from(fresh, std::ios::binary);
  if (!from.read(page.data(), page.size())) return false;
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary | std::ios::ate);
  if (file.tellg() < std::streamoff{2 * kPageBytes}) return false;
  std::array<char, kPageBytes> own{};
  file.seekg(0);
  if (!file.read(own.data(), own.size())) return false;
  if (!std::ofstream(path + ".page1", std::ios::binary).write(own.data(), own.size())) return false;
  // Offset 28: pages in the file; it counts only while 24 (change counter) equals 92 (the change it was valid for).
  // Offset 32 to 39: the list of free pages, which is not ours.
  page[92] = static_cast<char>(page[24] + 1);
  std::fill_n(page.begin() + 32, 8, '\0');
  file.seekp(0);
  return static_cast<bool>(file.write(page.data(), page.size()).flush());
}

std::string_view value_of(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + key.size());
  return line.substr(0, line.find_first_of("\",}"));
}

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Numbers on a damaged page may be any: what no batch of ours has is not believed.
bool is_plausible(const BatchRow& row) {
  const auto most = static_cast<std::int64_t>(kMaxBatchRecords);
  const std::int64_t span = row.last_seq - row.first_seq + 1;
  return row.first_seq >= 1 && row.first_seq <= kMaxSeq && row.records >= 1 && row.records <= span && span <= most &&
         row.bytes >= 0;
}

// More than a page has rows. Where not even these can be read one by one, what follows is searched for.
constexpr int kLookedAtEach = 1024;

}  // namespace

std::optional<ToldByRecords> told_by_records(std::string_view text) {
  ToldByRecords told;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::string_view id = value_of(line, "\"record_id\":\"");
    const std::size_t dash = id.rfind('-');
    if (dash == std::string_view::npos) continue;
    const std::int64_t seq = number(id.substr(dash + 1));
    if (told.row.records++ == 0) {
      told.row.first_seq = seq;
      told.run.spool_id = id.substr(0, dash);
      told.run.station_id = value_of(line, "\"station_id\":\"");
    }
    told.row.last_seq = seq;
    if (line.find("\"source\":\"sim\"") != std::string_view::npos) told.row.simulated = true;
    told.row.sealed_ms = std::max(told.row.sealed_ms, number(value_of(line, "\"received_ms\":")));
  }
  if (told.row.records == 0) return std::nullopt;
  return told;
}

Result<Salvage> Salvage::open(const std::string& path, const std::string& fresh) {
  constexpr const char* kProbe = "SELECT count(*) FROM sqlite_schema WHERE name IN ('batch', 'body')";
  constexpr const char* kSettings = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -512; PRAGMA mmap_size = 0";
  Salvage salvage;
  for (int attempt = 0;; ++attempt) {
    auto database = Database::open(path, false);
    if (!database) return tl::unexpected(database.error());
    salvage.database_ = std::move(*database);
    auto usable = salvage.database_.run(kSettings);
    const auto tables = salvage.database_.integer(kProbe);
    if (usable && tables && *tables == 2 && salvage.prepare()) break;
    salvage.database_ = Database();
    if (attempt == 1 || !put_first_page(path, fresh)) return fail(ErrorCode::kInvalidData, "nothing of it can be read");
  }
  salvage.runs_ = salvage.runs();
  for (const char* sql : {"SELECT max(id) FROM batch", "SELECT max(id) FROM body", "SELECT max(last_batch) FROM run",
                          "SELECT max(horizon) FROM sink"}) {
    salvage.last_id_ = std::max(salvage.last_id_, salvage.database_.integer(sql).value_or(0));
  }
  return salvage;
}

// False: its tables are not those of a spool.
bool Salvage::prepare() {
  auto batch = database_.prepare(
      "SELECT run, first_seq, records, sealed_ms, bytes, flags, last_seq, segment FROM batch WHERE id = ?1");
  if (!batch) {  // a file of format 1
    batch = database_.prepare("SELECT run, first_seq, records, sealed_ms, bytes, flags, 0, 0 FROM batch WHERE id = ?1");
  }
  auto body = database_.prepare("SELECT bytes FROM body WHERE id = ?1");
  auto next_batch = database_.prepare("SELECT id FROM batch WHERE id >= ?1 ORDER BY id LIMIT 1");
  auto next_body = database_.prepare("SELECT id FROM body WHERE id >= ?1 ORDER BY id LIMIT 1");
  if (!batch || !body || !next_batch || !next_body) return false;
  batch_ = std::move(*batch);
  body_ = std::move(*body);
  next_batch_ = std::move(*next_batch);
  next_body_ = std::move(*next_body);
  return true;
}

std::vector<RunRow> Salvage::runs() {
  std::vector<RunRow> rows;
  (void)read_all(database_, "SELECT id, spool_id, station_id, last_seq, last_batch FROM run ORDER BY id", rows,
                 [](const Query& row) {
                   return RunRow{row.integer(0), row.text(1), row.text(2), row.integer(3), row.integer(4), false};
                 });
  return rows;
}

std::optional<std::vector<SinkRow>> Salvage::sinks() {
  std::vector<SinkRow> rows;
  const auto make = [](const Query& row) { return SinkRow{row.text(0), row.integer(1), row.text(2)}; };
  if (!read_all(database_, "SELECT name, horizon, held FROM sink", rows, make)) return std::nullopt;
  return rows;
}

std::vector<SegmentRow> Salvage::segments() {
  std::vector<SegmentRow> rows;
  (void)read_all(database_, kSegmentColumns, rows, segment_row);
  return rows;
}

std::vector<Notice> Salvage::notices() {
  std::vector<Notice> rows;
  (void)read_all(database_, "SELECT spool_id, from_seq, to_seq, other FROM notice WHERE kind = 1 ORDER BY id", rows,
                 [](const Query& row) {
                   return Notice{0, NoticeKind::kGap, row.text(0), row.integer(1), row.integer(2), row.text(3)};
                 });
  return rows;
}

std::vector<DropStat> Salvage::drops() {
  std::vector<DropStat> rows;
  (void)read_all(database_, "SELECT sink, reason, batches, records FROM dropped", rows, [](const Query& row) {
    return DropStat{row.text(0), row.text(1), row.integer(2), row.integer(3)};
  });
  return rows;
}

std::optional<BatchRow> Salvage::newest_batch() {
  const auto id = database_.integer("SELECT max(id) FROM batch");
  if (!id || *id == 0) return std::nullopt;
  return read(*id).row;
}

std::optional<std::int64_t> Salvage::next_id(std::int64_t id) {
  if (id > last_id_) return std::nullopt;
  std::optional<std::int64_t> nearest;
  bool damaged = false;
  for (Statement* const statement : {&next_batch_, &next_body_}) {
    const auto next = first_from(*statement, id);
    damaged = damaged || !next;
    if (next && *next) nearest = std::min(nearest.value_or(**next), **next);
  }
  if (!damaged) return nearest;
  if (++barren_ <= kLookedAtEach) return id;
  barren_ = 0;
  for (Statement* const statement : {&next_batch_, &next_body_}) {
    const auto beyond = first_beyond_damage(*statement, id);
    if (beyond) nearest = std::min(nearest.value_or(*beyond), *beyond);
  }
  return nearest;
}

Result<std::optional<std::int64_t>> Salvage::first_from(Statement& statement, std::int64_t id) {
  Query query(statement, id);
  const auto row = query.next();
  if (!row) return tl::unexpected(row.error());
  if (!*row) return std::nullopt;
  // Rows in a wrong order would lead back, for ever.
  if (query.integer(0) < id) return fail(ErrorCode::kInvalidData, "rows out of order");
  return query.integer(0);
}

// A damaged page hides a range of ids, which may be a million wide where they jump: its end is searched for.
std::optional<std::int64_t> Salvage::first_beyond_damage(Statement& statement, std::int64_t id) {
  if (const auto here = first_from(statement, id)) return *here;
  std::int64_t hidden = id;
  std::int64_t readable = id;
  for (std::int64_t step = 1; readable == id; step *= 2) {
    const std::int64_t probe = std::min(id + step, last_id_);
    if (first_from(statement, probe)) {
      readable = probe;
    } else if (probe == last_id_) {
      return std::nullopt;
    } else {
      hidden = probe;
    }
  }
  while (readable - hidden > 1) {
    const std::int64_t middle = hidden + (readable - hidden) / 2;
    (first_from(statement, middle) ? readable : hidden) = middle;
  }
  const auto first = first_from(statement, readable);
  return first ? *first : std::nullopt;
}

Salvage::Piece Salvage::read(std::int64_t id) {
  Piece piece;
  {
    Query query(batch_, id);
    const auto found = query.next();
    piece.found = !found || *found;
    if (found && *found) {
      BatchRow row;
      row.id = id;
      row.run = query.integer(0);
      row.first_seq = query.integer(1);
      row.records = query.integer(2);
      row.sealed_ms = query.integer(3);
      row.bytes = query.integer(4);
      const std::int64_t flags = query.integer(5);
      row.simulated = (flags & kSimulated) != 0;
      row.held = (flags & kHeld) != 0;
      row.thinned = static_cast<int>((flags >> kThinnedShift) & kThinnedMask);
      row.last_seq = query.integer(6) != 0 ? query.integer(6) : row.first_seq + row.records - 1;
      row.segment = query.integer(7);
      if (is_plausible(row)) piece.row = row;
    }
  }
  std::optional<std::string> bytes;
  {
    Query query(body_, id);
    const auto found = query.next();
    if (!found || *found) piece.found = true;
    if (found && *found) bytes = query.text(0);
  }
  if (piece.row || bytes) barren_ = 0;
  if (piece.row) {
    const auto run =
        std::find_if(runs_.begin(), runs_.end(), [&](const RunRow& one) { return one.id == piece.row->run; });
    if (run != runs_.end()) piece.run = *run;
  }
  if (!bytes) return piece;
  const auto text = decode_batch(*bytes);
  if (!text) return piece;
  if (!piece.row || piece.run.spool_id.empty()) {
    const auto told = told_by_records(*text);
    if (!told) return piece;
    if (!piece.row) piece.row = told->row;
    piece.run = told->run;
    piece.row->id = id;
  }
  if (is_held_text(*text) && !piece.row->held) {  // its header is lost, and with it the boot time of its end
    piece.row->held = true;
    piece.row->sealed_ms = 0;
  }
  piece.row->bytes = static_cast<std::int64_t>(bytes->size());
  piece.bytes = std::move(bytes);
  return piece;
}

std::optional<Salvage::DeadLetter> Salvage::next_dead(std::int64_t& after) {
  auto statement = database_.prepare(
      "SELECT id, batch, sink, reason, rejected_ms, spool_id, station_id, first_seq, records, sealed_ms, bytes FROM "
      "dead "
      "WHERE id > ?1 ORDER BY id LIMIT 1");
  if (!statement) return std::nullopt;
  Query query(*statement, after);
  const auto found = query.next();
  if (!found || !*found) return std::nullopt;
  after = query.integer(0);
  DeadLetter dead;
  dead.row.id = query.integer(1);
  dead.sink = query.text(2);
  dead.reason = query.text(3);
  dead.rejected_ms = query.integer(4);
  dead.run.spool_id = query.text(5);
  dead.run.station_id = query.text(6);
  dead.row.first_seq = query.integer(7);
  dead.row.records = query.integer(8);
  dead.row.last_seq = dead.row.first_seq + dead.row.records - 1;
  dead.row.sealed_ms = query.integer(9);
  dead.bytes = query.text(10);
  dead.row.bytes = static_cast<std::int64_t>(dead.bytes.size());
  return dead;
}

}  // namespace airspool::spool
