// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/core/log.h>

#include "spool_impl.h"

namespace airspool::spool {
namespace {

// Rows of the small tables, splits of their pages, the map of pages: what a transaction needs beside the bytes.
constexpr std::int64_t kSparePages = 16;
// An overflow page holds a pointer besides its share of a body.
constexpr std::int64_t kBodyBytesPerPage = kPageBytes - 4;
// Space that was needed once is given back slowly: moving pages costs writes. What a day may need again is kept.
constexpr std::int64_t kKeptFreePages = 2048;
constexpr std::int64_t kReturnedPages = 256;
constexpr std::int64_t kReservePages = 1024;  // while the disk is short of its reserve

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

std::int64_t pages_of(std::int64_t bytes) { return bytes / kBodyBytesPerPage + 2; }

}  // namespace

BatchRow row_of(const BatchHeader& header, std::size_t bytes) {
  BatchRow row;
  row.id = header.id;
  row.first_seq = header.first_seq;
  row.last_seq = header.last_seq;
  row.records = header.count;
  row.sealed_ms = milliseconds(header.sealed);
  row.bytes = static_cast<std::int64_t>(bytes);
  row.simulated = header.simulated;
  return row;
}

std::int64_t pages_needed(std::int64_t bytes) { return kSparePages + pages_of(bytes); }

// Everything that has come together since the last time, in one transaction, hence one fsync. Deleting first lets the
// new batch reuse the pages: then a checkpoint finds the same few pages written again and again, and copies each once.
Result<void> Spool::Impl::write(const Waiting* waiting) {
  Changes changes;
  changes.dead = dead_;
  auto done = store_.begin();
  if (done) done = write_rows(waiting, changes);
  if (done) done = store_.commit();
  if (done) {
    apply(waiting, changes);
  } else {
    store_.rollback();
    doubtful_ = std::move(changes);
    note(done);
    return done;
  }
  note(done);
  // A failure leaves the file longer, no more.
  if (done && changes.reserve_short) {
    done = store_.shrink(kSparePages, kReservePages);
    if (done) (void)store_.checkpoint();
    return {};
  }
  // With a batch, not with acks alone: SQLite searches its list of free pages for each page that it returns, and while
  // a backlog is drained that list grows to the length of the file.
  if (done && waiting != nullptr) (void)store_.shrink(kKeptFreePages, kReturnedPages);
  return done;
}

Result<void> Spool::Impl::write_rows(const Waiting* waiting, Changes& changes) {
  const auto is_rejected = [this](std::int64_t id) {
    return std::any_of(rejected_.begin(), rejected_.end(), [id](const Rejected& r) { return r.id == id; });
  };
  Result<void> done;
  for (const Delivered& batch : delivered_) {
    if (is_rejected(batch.id)) continue;
    if (done = store_.remove_batch(batch.id); !done) return done;
  }
  if (waiting != nullptr) {
    if (done = drop_aged(changes); !done) return done;
    if (done = limit_backlogs(static_cast<std::int64_t>(waiting->batch->bytes.size()), changes); !done) return done;
  }
  if (waiting != nullptr || !rejected_.empty()) {
    if (done = make_room(pages_for(waiting), changes); !done) return done;
  }
  for (const Rejected& rejected : rejected_) {
    if (done = bury(rejected); !done) return done;
  }
  if (!rejected_.empty()) {
    for (const Delivered& batch : delivered_) {
      if (!is_rejected(batch.id)) continue;
      if (done = store_.remove_batch(batch.id); !done) return done;
    }
    if (done = limit_dead(changes); !done) return done;
  }
  if (dropped_batches_ > 0) {
    if (done = store_.count_drop("", "store-failed", dropped_batches_, dropped_records_); !done) return done;
  }
  for (const Notice& gap : untold_) {
    if (done = store_.announce_gap(gap.spool_id, gap.from_seq, gap.to_seq, gap.other); !done) return done;
  }
  for (const Notice& notice : again_) {
    if (done = store_.carry(notice, 0); !done) return done;
  }
  for (const std::string& sink : forgotten_sinks_) {
    if (done = store_.remove_sink(sink); !done) return done;
  }
  for (const Notice& notice : told_) {
    if (done = store_.forget_notice(notice); !done) return done;
  }
  if (acks_ > 0 || !changes.released.empty() || (spilling() && waiting != nullptr)) {
    if (done = save_sinks(spilling() ? next_batch_ - 1 : last_batch_, changes); !done) return done;
  }
  if (!run_stored_ && (waiting != nullptr || spilling())) {
    if (done = remember_run(); !done) return done;
  }
  if (waiting != nullptr) return insert(*waiting);
  if (newest_goes(changes) || spilling()) done = remember_last();
  if (done && ending_) done = store_.end_run(run_);
  return done;
}

Result<void> Spool::Impl::remember_run() {
  const RunRow run{run_, open_.spool_id(), settings_.station_id, 0, 0, spilling()};
  return store_.insert_run(run, milliseconds(clock_.wall_now()));
}

Result<void> Spool::Impl::remember_last() {
  if (const SegmentRow* newest = segments_.newest_row()) {
    if (auto done = store_.save_segment(*newest); !done) return done;
  }
  if (spilling() && run_stored_) return store_.remember_last(run_, safe_seq(), next_batch_ - 1);
  return store_.remember_last(last_run_.id, last_seq_, last_batch_);
}

std::int64_t Spool::Impl::pages_for(const Waiting* waiting) const {
  std::int64_t pages = kSparePages;
  if (waiting != nullptr) pages += pages_of(static_cast<std::int64_t>(waiting->batch->bytes.size()));
  for (const Rejected& rejected : rejected_) pages += pages_of(rejected.size.bytes);
  return pages;
}

// The bytes are copied: other sinks may still be waiting for the batch.
Result<void> Spool::Impl::bury(const Rejected& rejected) {
  const auto buried = store_.is_dead(rejected.id, rejected.sink);
  if (!buried) return tl::unexpected(buried.error());
  if (*buried) return {};  // by a transaction that seemed to fail
  BatchRow row;
  RunRow run;
  std::optional<std::string> bytes;
  if (rejected.batch != nullptr) {
    row = row_of(rejected.batch->header, rejected.batch->bytes.size());
    run.spool_id = rejected.batch->header.spool_id;
    run.station_id = rejected.batch->header.station_id;
    if (!rejected.batch->bytes.empty()) bytes = rejected.batch->bytes;
  } else {
    const auto stored = store_.batch(rejected.id);
    if (!stored) return tl::unexpected(stored.error());
    if (!*stored) return {};  // evicted just now
    row = **stored;
    const auto stored_run = store_.run(row.run);
    if (!stored_run) return tl::unexpected(stored_run.error());
    auto body = store_.body(rejected.id);
    if (!body) return tl::unexpected(body.error());
    if (!*stored_run || !*body) return {};
    run = **stored_run;
    bytes = std::move(*body);
  }
  Result<void> done;
  if (bytes)
    done = store_.insert_dead(row, run, *bytes, rejected.sink, rejected.reason, milliseconds(clock_.wall_now()));
  if (done) done = store_.count_drop(rejected.sink, "rejected", 1, row.records);
  if (done) done = store_.announce_gap(run.spool_id, row.first_seq, row.last_seq, "rejected");
  if (done && row.has_notices) done = store_.recall_notices(rejected.id);
  return done;
}

Result<void> Spool::Impl::insert(const Waiting& waiting) {
  const Batch& batch = *waiting.batch;
  BatchRow row = row_of(batch.header, batch.bytes.size());
  row.run = run_;
  row.has_notices = !waiting.notices.empty();
  row.segment = waiting.segment.id;
  row.held = waiting.segment.held;
  if (row.held) row.sealed_ms = milliseconds(WallTime(waiting.sealed.time_since_epoch()));
  auto done = store_segment(waiting);
  if (done) done = store_.insert_batch(row, batch.bytes);
  for (const Notice& notice : waiting.notices) {
    if (done) done = store_.carry(notice, row.id);
  }
  return done;
}

Result<void> Spool::Impl::save_sinks(std::int64_t horizon, const Changes& changes) {
  for (const Delivery& sink : sinks_) {
    IdSet held = sink.held();
    for (const Released& released : changes.released) {
      if (released.sink == sink.settings().name) held.erase(released.id);
    }
    if (auto done = store_.save_sink({sink.settings().name, horizon, held.to_text()}); !done) return done;
  }
  return {};
}

// The table `batch` itself remembers the last id and seq, and how far the newest segment reaches, except when its
// newest row goes and none follows.
bool Spool::Impl::newest_goes(const Changes& changes) const {
  const auto is_newest = [this](const Delivered& batch) { return batch.id == last_batch_; };
  return std::any_of(delivered_.begin(), delivered_.end(), is_newest) ||
         std::any_of(changes.evicted.begin(), changes.evicted.end(), is_newest);
}

// What make_room and its like have done is true from now on.
void Spool::Impl::apply_changes(const Changes& changes) {
  for (const Released& released : changes.released) find(released.sink)->release(released.id, released.size);
  for (const Thinned& batch : changes.thinned) {
    drop_recent(batch.id);
    for (Delivery& sink : sinks_) sink.resize(batch.id, batch.from, batch.to);
    total_.records += batch.to.records - batch.from.records;
    total_.bytes += batch.to.bytes - batch.from.bytes;
  }
  for (const Delivered& batch : changes.evicted) {
    for (Delivery& sink : sinks_) sink.release(batch.id, batch.size);
    forget(batch.id, batch.size);
    std::erase_if(delivered_, [&batch](const Delivered& other) { return other.id == batch.id; });
  }
  if (!changes.evicted.empty()) {
    log::warning("spool", "no room or too old: dropped the oldest batches",
                 {{"batches", changes.evicted.size()}, {"reason", changes.why}});
  }
}

void Spool::Impl::apply(const Waiting* waiting, const Changes& changes) {
  apply_changes(changes);
  for (const Delivered& batch : delivered_) forget(batch.id, batch.size);
  delivered_.clear();
  rejected_.clear();
  told_.clear();
  again_.clear();
  forgotten_sinks_.clear();
  acks_ = 0;
  untold_.clear();
  dropped_batches_ = 0;
  dropped_records_ = 0;
  dead_ = changes.dead;
  if (!run_stored_ && (waiting != nullptr || spilling())) {
    run_stored_ = true;
    remember_previous();
    last_run_ = {run_, open_.spool_id(), settings_.station_id, 0, 0, spilling()};
    last_seq_ = 0;
  }
  if (waiting == nullptr) {
    marked_seq_ = safe_seq();
    marked_at_ = clock_.boot_now();
    return;
  }
  const BatchHeader& header = waiting->batch->header;
  last_batch_ = std::max(last_batch_, header.id);
  last_seq_ = header.last_seq;
  stored_seq_ = last_seq_;
  ++batches_;
  total_.records += waiting->size().records;
  total_.bytes += waiting->size().bytes;
  segment_stored(*waiting);
  if (spilling()) return;  // they hold it since it was sealed
  for (Delivery& sink : sinks_) sink.hold(header.id, waiting->size(), !waiting->segment.held);
}

void Spool::Impl::forget(std::int64_t id, BatchSize size) {
  --batches_;
  total_.records -= size.records;
  total_.bytes -= size.bytes;
  drop_recent(id);
  if (!held_.contains(id)) return;
  held_.erase(id);
  held_records_ -= size.records;
}

void Spool::Impl::drop_recent(std::int64_t id) {
  for (Recent& recent : recent_) {
    if (recent.id != id || recent.batch == nullptr) continue;
    recent_bytes_ -= recent.batch->bytes.size();
    recent.batch = nullptr;
  }
}

}  // namespace airspool::spool
