// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/core/log.h>

#include "spool_impl.h"
#include "thin.h"

// What goes when there is no room: all of it inside the transaction that needs the room.
namespace airspool::spool {
namespace {

// Dead letters may take this share of the quota, and no more of them than a person would ever look through.
constexpr std::int64_t kDeadShare = 20;
constexpr std::int64_t kMaxDead = 1000;
// A transaction is not longer than this many batches for the sake of age or reserve: the next goes on.
constexpr std::size_t kMaxEvicted = 200;
// Halvings before a batch goes altogether. The newest quarter of the batches stays as it is, the next is halved once,
// the next twice, the oldest three times: twice as long a past in the same room.
constexpr int kMaxThinned = 3;
// Below this the reserve takes nothing more: two or three batches, so that the present still passes through.
constexpr std::int64_t kLeastPages = kMinSpoolBytes / kPageBytes;

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace

// The pages that the file may have now: the quota, or less when the disk is short of its reserve.
std::int64_t Spool::Impl::allowed_pages(const Store::Pages& pages, Changes& changes) const {
  if (settings_.reserve_bytes == 0) return pages.most;
  const auto free = settings_.free_bytes(folder_of(settings_.path));
  if (!free) return pages.most;
  const std::int64_t spare = (*free - settings_.reserve_bytes) / kPageBytes;  // below zero: that much too little
  const std::int64_t allowed = std::max(pages.in_file + spare, std::min(kLeastPages, pages.most));
  if (allowed >= pages.most) return pages.most;
  changes.reserve_short = pages.in_file > allowed;
  return allowed;
}

Result<void> Spool::Impl::make_room(std::int64_t needed, Changes& changes) {
  auto pages = store_.pages();
  if (!pages) return tl::unexpected(pages.error());
  const std::int64_t allowed = allowed_pages(*pages, changes);
  const char* const reason = allowed < pages->most ? "reserve" : "quota";
  for (;;) {
    const std::int64_t used = pages->in_file - pages->unused;
    if (allowed - used >= needed) return {};
    // Enough for this transaction, and the reserve is restored by the next ones.
    if (changes.evicted.size() >= kMaxEvicted && pages->most - used >= needed && pages->unused >= needed) return {};

    auto freed = settings_.when_full == WhenFull::kThin ? thin_one(changes) : Result<bool>(false);
    if (!freed) return tl::unexpected(freed.error());
    if (!*freed) {
      const auto oldest = store_.oldest_batch();
      if (!oldest) return tl::unexpected(oldest.error());
      if (*oldest) {
        if (auto done = evict(**oldest, reason, changes); !done) return done;
      } else {
        const auto removed = store_.remove_oldest_dead();
        if (!removed) return tl::unexpected(removed.error());
        if (!*removed) {
          if (allowed < pages->most && pages->most - used >= needed) return {};  // the reserve is not ours to restore
          return fail(ErrorCode::kConfig,
                      "a batch does not fit into the spool: raise spool.max_bytes or lower spool.batch_records");
        }
        const auto totals = store_.dead_totals();
        if (!totals) return tl::unexpected(totals.error());
        changes.dead = *totals;
      }
    }
    pages = store_.pages();
    if (!pages) return tl::unexpected(pages.error());
  }
}

// What an age is measured with. A clock that nobody vouches for may stand in 2038: then time is what has passed since
// the newest batch that the file had, which is never too much.
WallTime Spool::Impl::believed_now() const {
  const WallTime wall = clock_.wall_now();
  if (timeline_->current().calendar.quality == ClockQuality::kSynchronised || !newest_seal_) return wall;
  return std::min(wall, *newest_seal_ + (clock_.boot_now() - newest_seal_known_));
}

Result<void> Spool::Impl::drop_aged(Changes& changes) {
  // While the clock is not believed, nothing has an age.
  if (settings_.max_age <= Nanoseconds::zero() || timeline_->current().held) return {};
  const std::int64_t limit = milliseconds(believed_now() - settings_.max_age);
  while (changes.evicted.size() < kMaxEvicted) {
    const auto oldest = store_.oldest_batch();
    if (!oldest) return tl::unexpected(oldest.error());
    if (!*oldest || (*oldest)->held || (*oldest)->sealed_ms >= limit) return {};
    if (auto done = evict(**oldest, "age", changes); !done) return done;
  }
  return {};
}

Result<void> Spool::Impl::limit_backlogs(std::int64_t coming_bytes, Changes& changes) {
  for (const Delivery& sink : sinks_) {
    std::int64_t bytes = sink.backlog_bytes() + coming_bytes;
    for (const Delivered& batch : changes.evicted) bytes -= sink.holds(batch.id) ? batch.size.bytes : 0;
    auto id = sink.held().first_from(0);
    while (id && bytes > sink.settings().max_backlog_bytes) {
      const auto row = store_.batch(*id);
      if (!row) return tl::unexpected(row.error());
      if (*row) {
        if (auto done = give_up_hold(sink, **row, changes); !done) return done;
        bytes -= (*row)->bytes;
      }
      id = sink.held().first_from(*id + 1);
    }
  }
  return {};
}

Result<void> Spool::Impl::give_up_hold(const Delivery& sink, const BatchRow& row, Changes& changes) {
  const std::string& name = sink.settings().name;
  const bool wanted = std::any_of(sinks_.begin(), sinks_.end(), [&](const Delivery& other) {
    const auto gave_up = [&](const Released& released) {
      return released.id == row.id && released.sink == other.settings().name;
    };
    return &other != &sink && other.holds(row.id) &&
           std::none_of(changes.released.begin(), changes.released.end(), gave_up);
  });
  auto done = store_.count_drop(name, "backlog", 1, row.records);
  if (done) done = announce_missing(row, "backlog");
  if (!done) return done;
  changes.released.push_back({name, row.id, {row.records, row.bytes}});
  if (wanted) return {};
  changes.evicted.push_back({row.id, {row.records, row.bytes}});
  changes.why = "backlog";
  return store_.remove_batch(row.id);
}

Result<void> Spool::Impl::evict(const BatchRow& row, std::string_view reason, Changes& changes) {
  Result<void> done;
  bool held = false;
  for (const Delivery& sink : sinks_) {
    if (!sink.holds(row.id)) continue;
    held = true;
    if (done = store_.count_drop(sink.settings().name, reason, 1, row.records); !done) return done;
  }
  if (!held) {
    if (done = store_.count_drop("", reason, 1, row.records); !done) return done;
  }
  if (done = announce_missing(row, reason); !done) return done;
  changes.evicted.push_back({row.id, {row.records, row.bytes}});
  changes.why = reason;
  return store_.remove_batch(row.id);
}

// The next batches tell that it may never arrive, and what it would have told itself.
Result<void> Spool::Impl::announce_missing(const BatchRow& row, std::string_view reason) {
  const auto run = store_.run(row.run);
  if (!run) return tl::unexpected(run.error());
  Result<void> done;
  if (*run) done = store_.announce_gap((*run)->spool_id, row.first_seq, row.last_seq, reason);
  if (done && row.has_notices) done = store_.recall_notices(row.id);
  return done;
}

// True: a batch has become smaller.
Result<bool> Spool::Impl::thin_one(Changes& changes) {
  const std::int64_t batches = batches_ - static_cast<std::int64_t>(changes.evicted.size() + delivered_.size());
  for (int times = 1; times <= kMaxThinned; ++times) {
    const std::int64_t share = batches * (kMaxThinned + 1 - times) / (kMaxThinned + 1);  // thinned that often
    if (share == 0) return false;
    const auto up_to = store_.batch_at(share - 1);
    if (!up_to) return tl::unexpected(up_to.error());
    if (!*up_to) return false;
    std::int64_t& after = thinned_up_to_.at(static_cast<std::size_t>(times));
    while (after < **up_to) {
      const auto row = store_.next_to_thin(after, **up_to, times);
      if (!row) return tl::unexpected(row.error());
      after = *row ? (*row)->id : **up_to;
      if (!*row) break;
      const auto thinned = thin(**row, changes);
      if (!thinned || *thinned) return thinned;
    }
  }
  return false;
}

// False: left as it is, because a sink has it in its hands, or it cannot be read.
Result<bool> Spool::Impl::thin(const BatchRow& row, Changes& changes) {
  for (const Delivery& sink : sinks_) {
    if (sink.in_flight(row.id)) return false;
  }
  const auto body = store_.body(row.id);
  if (!body) return tl::unexpected(body.error());
  const auto text = *body ? decode_batch(**body) : Result<std::string>(fail(ErrorCode::kInvalidData, "no body"));
  if (!text) return false;  // the sink that gets to it finds out
  if (!thin_encoder_) {
    auto made = BatchEncoder::create();
    if (!made) return tl::unexpected(made.error());
    thin_encoder_ = std::move(*made);
  }
  const ThinnedText kept = thin_ndjson(*text, row.id, row.thinned);
  const auto bytes = thin_encoder_->encode(kept.text);
  if (!bytes) return tl::unexpected(bytes.error());
  if (kept.records >= row.records || bytes->size() >= static_cast<std::size_t>(row.bytes)) return false;

  BatchRow smaller = row;
  ++smaller.thinned;
  smaller.records = kept.records;
  smaller.bytes = static_cast<std::int64_t>(bytes->size());
  auto done = store_.replace_batch(smaller, *bytes);
  const std::int64_t first_time = row.thinned == 0 ? 1 : 0;
  bool held = false;
  for (const Delivery& sink : sinks_) {
    if (!done || !sink.holds(row.id)) continue;
    held = true;
    done = store_.count_drop(sink.settings().name, "thinned", first_time, row.records - kept.records);
  }
  if (done && !held) done = store_.count_drop("", "thinned", first_time, row.records - kept.records);
  if (done && first_time != 0) {
    const auto run = store_.run(row.run);
    if (!run) return tl::unexpected(run.error());
    if (*run) done = store_.announce_gap((*run)->spool_id, row.first_seq, row.last_seq, "thinned");
  }
  if (!done) return tl::unexpected(done.error());
  changes.thinned.push_back({row.id, {row.records, row.bytes}, {smaller.records, smaller.bytes}});
  return true;
}

Result<void> Spool::Impl::limit_dead(Changes& changes) {
  for (;;) {
    const auto totals = store_.dead_totals();
    if (!totals) return tl::unexpected(totals.error());
    changes.dead = *totals;
    if (totals->batches <= kMaxDead && totals->bytes <= settings_.max_bytes / kDeadShare) return {};
    if (const auto removed = store_.remove_oldest_dead(); !removed) return tl::unexpected(removed.error());
  }
}

}  // namespace airspool::spool
