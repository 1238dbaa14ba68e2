// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/core/log.h>
#include <airspool/spool/batch_codec.h>

#include "spool_impl.h"

// Batches to the sinks and what becomes of them.
namespace airspool::spool {
namespace {

using std::chrono::milliseconds;

// Acks are written without a batch to ride with when there are so many: what a crash costs is so many sent twice.
constexpr std::int64_t kMaxAcks = 64;
constexpr std::size_t kMaxReason = 500;
// Rejected batches that keep their bytes in memory until the disk takes them.
constexpr std::size_t kMaxRejected = 64;

std::int64_t milliseconds_of(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace

Result<BatchPtr> Spool::Impl::read(const BatchRow& row) {
  auto body = store_.body(row.id);
  if (!body) return tl::unexpected(body.error());
  const auto run = row.run == last_run_.id ? Result<std::optional<RunRow>>(last_run_) : store_.run(row.run);
  if (!run) return tl::unexpected(run.error());
  if (!*body || !*run || static_cast<std::int64_t>((*body)->size()) != row.bytes) return BatchPtr();
  // The disk may have changed a byte that SQLite does not look at: a broker would take it, and no reader could.
  if (!decode_batch(**body)) return BatchPtr();
  auto batch = std::make_shared<Batch>();
  batch->header.id = row.id;
  batch->header.station_id = (*run)->station_id;
  batch->header.spool_id = (*run)->spool_id;
  batch->header.first_seq = row.first_seq;
  batch->header.last_seq = row.last_seq;
  batch->header.count = static_cast<std::uint32_t>(row.records);
  batch->header.sealed = WallTime(milliseconds(row.sealed_ms));
  batch->header.thinned = row.thinned;
  batch->header.simulated = row.simulated;
  batch->bytes = std::move(**body);
  return BatchPtr(std::move(batch));
}

Lease Spool::Impl::lease(const LeaseRequest& request) {
  Lease lease;
  lease.sink = request.sink;
  Delivery* sink = find(request.sink);
  if (sink == nullptr) return lease;
  const BootTime now = clock_.boot_now();
  const std::int64_t live = live_from(now);
  std::size_t bytes = 0;
  while (lease.batches.size() < request.max_batches) {
    const auto id = sink->next(live, now);
    if (!id) break;
    const auto fits = [&](std::size_t size) { return lease.batches.empty() || bytes + size <= request.max_bytes; };
    BatchPtr batch = in_memory(*id);
    if (batch == nullptr) {
      const auto row = store_.batch(*id);
      if (row && *row && !fits(static_cast<std::size_t>((*row)->bytes))) break;
      auto from_disk = row && *row ? read(**row) : Result<BatchPtr>();
      if (!row || !from_disk) {
        read_failed_ = true;
        note(tl::unexpected(row ? from_disk.error() : row.error()));
        break;
      }
      if (*from_disk == nullptr) {
        if (!*row) {
          sink->release(*id, {});
          continue;
        }
        drop_damaged(**row);
        if (sink->holds(*id)) break;  // not even that can be written now
        continue;
      }
      batch = std::move(*from_disk);
      if (std::exchange(read_failed_, false) && waiting_.empty()) note({});
    }
    if (!fits(batch->bytes.size())) break;
    bytes += batch->bytes.size();
    sink->take(*id, {batch->header.count, static_cast<std::int64_t>(batch->bytes.size())}, live);
    lease.batches.push_back(std::move(batch));
  }
  return lease;
}

void Spool::Impl::drop_damaged(const BatchRow& row) {
  log::error("spool", "a batch cannot be read back and is dropped",
             {{"batch", row.id}, {"first_seq", row.first_seq}, {"records", row.records}});
  const auto body = store_.body(row.id);
  const auto run = store_.run(row.run);
  Changes changes;
  changes.dead = dead_;
  auto done = store_.begin();
  if (done) done = evict(row, "damaged", changes);
  if (done && body && *body && run && *run) {
    done = store_.insert_dead(row, **run, **body, "", "damaged", milliseconds_of(clock_.wall_now()));
    if (done) done = limit_dead(changes);
  }
  if (done && newest_goes(changes)) done = remember_last();
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  note(done);
  if (!done) return;
  apply_changes(changes);
  dead_ = changes.dead;
}

void Spool::Impl::settle(const Settle& settle) {
  Delivery* sink = find(settle.sink);
  if (sink == nullptr) return;
  const auto size = sink->in_flight(settle.batch_id);
  if (!size) {
    // Taken before the file was damaged: it need not be brought over for this sink.
    if (rescue_ != nullptr && settle.settlement == Settlement::kAccepted)
      rescue_->settled(settle.sink, settle.batch_id);
    return;
  }
  if (settle.settlement == Settlement::kReturned) {
    sink->give_back(settle.batch_id);
    return;
  }
  sink->release(settle.batch_id, *size);
  const auto waiting = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const Waiting& one) { return one.batch->header.id == settle.batch_id; });
  const bool on_disk = waiting == waiting_.end();
  if (settle.settlement == Settlement::kRejected && settle.part != nullptr) {
    // The rest was delivered, and with it what the batch tells.
    const BatchSize part{settle.part->header.count, static_cast<std::int64_t>(settle.part->bytes.size())};
    reject({settle.batch_id, part, settle.sink, settle.reason.substr(0, kMaxReason), settle.part});
  } else if (settle.settlement == Settlement::kRejected) {
    if (!on_disk) recall_notices(*waiting);
    reject(
        {settle.batch_id, *size, settle.sink, settle.reason.substr(0, kMaxReason), on_disk ? nullptr : waiting->batch});
  }
  if (!held_by_any(settle.batch_id)) {
    if (on_disk) {
      delivered_.push_back({settle.batch_id, *size});
    } else {
      drop_delivered(settle.batch_id);
    }
  }
  // Whom a batch in memory still waits for is written when the batch is.
  if (!on_disk && settle.settlement == Settlement::kAccepted && told_.empty()) return;
  if (acks_++ == 0) first_ack_ = clock_.boot_now();
  if (acks_ >= kMaxAcks && !failing_) (void)write_acks();
}

// What a rejected batch would have told is told again: those that are in the file are still to be told there.
void Spool::Impl::recall_notices(Waiting& rejected) {
  for (Notice& notice : rejected.notices) {
    if (notice.row == 0) again_.push_back(std::move(notice));
  }
  rejected.notices.clear();
  rejected.carries_start = false;
}

void Spool::Impl::reject(Rejected rejected) {
  log::warning("spool", "a sink rejected a batch; it is kept with the dead letters",
               {{"sink", rejected.sink}, {"batch", rejected.id}, {"reason", rejected.reason}});
  rejected_.push_back(std::move(rejected));
  if (rejected_.size() <= kMaxRejected) return;
  // The disk takes nothing and a sink rejects everything: what it was is remembered, its bytes are not.
  Rejected& oldest = rejected_[rejected_.size() - kMaxRejected - 1];
  if (oldest.batch != nullptr) oldest.batch = std::make_shared<Batch>(Batch{oldest.batch->header, {}});
}

Delivery* Spool::Impl::find(std::string_view sink) {
  for (Delivery& delivery : sinks_) {
    if (delivery.settings().name == sink) return &delivery;
  }
  return nullptr;
}

bool Spool::Impl::held_by_any(std::int64_t id) const {
  return std::any_of(sinks_.begin(), sinks_.end(), [id](const Delivery& sink) { return sink.holds(id); });
}

}  // namespace airspool::spool
