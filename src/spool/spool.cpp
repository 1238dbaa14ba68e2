// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include <airspool/core/log.h>

#include "spool_impl.h"

namespace airspool::spool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Sealed batches that wait in memory while the disk takes none.
constexpr std::size_t kMaxWaiting = 64;
constexpr std::size_t kMaxWaitingBytes = std::size_t{8} << 20;
constexpr Nanoseconds kRetryEvery = seconds(1);
// Acks ride with the next batch. They are written without one after this time or number: what a crash then costs is
// so many batches sent twice.
constexpr Nanoseconds kAckDelay = seconds(15);
constexpr std::int64_t kMaxAcks = 64;
// Bytes of recent batches kept for the sinks that are about to take them.
constexpr std::size_t kRecentBytes = std::size_t{1} << 20;
// Lines before the records of one batch; the rest waits for the next.
constexpr std::int64_t kMaxNotices = 100;
constexpr std::size_t kMaxUntold = 100;
constexpr std::size_t kMaxReason = 500;

std::int64_t file_size(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 ? info.st_size : 0;
}

}  // namespace

Spool::Impl::Impl(SpoolSettings settings, const Clock& clock, LockFile lock, Store store, OpenBatch open)
    : settings_(std::move(settings)),
      clock_(clock),
      lock_(std::move(lock)),
      store_(std::move(store)),
      open_(std::move(open)) {}

void Spool::Impl::append(Record record) {
  open_.add(std::move(record), clock_.boot_now());
  if (open_.size() >= settings_.batch_records) seal();
}

std::vector<Lease> Spool::Impl::step(BootTime now) {
  if (open_.size() > 0 && now - open_.since() >= settings_.batch_period) seal();
  if (!failing_ || now >= retry_at_) {
    if (!waiting_.empty()) {
      (void)store_waiting();  // note() has said what is wrong
    } else if (acks_ > 0 && now - first_ack_ >= kAckDelay) {
      (void)write_acks();
    }
  }
  std::vector<Lease> leases;
  for (auto it = requests_.begin(); it != requests_.end();) {
    Lease answer = lease(it->second);
    if (answer.batches.empty()) {
      ++it;
    } else {
      leases.push_back(std::move(answer));
      it = requests_.erase(it);
    }
  }
  return leases;
}

void Spool::Impl::handle(StoreRequest request) {
  if (auto* settled = std::get_if<Settle>(&request)) {
    settle(*settled);
    return;
  }
  auto& wanted = std::get<LeaseRequest>(request);
  if (find(wanted.sink) == nullptr) {
    log::error("spool", "a lease request from a sink that is not configured", {{"sink", wanted.sink}});
    return;
  }
  std::string name = wanted.sink;
  requests_.insert_or_assign(std::move(name), std::move(wanted));
}

Result<void> Spool::Impl::flush() {
  if (open_.size() > 0) seal();
  auto done = store_waiting();
  if (done && (acks_ > 0 || dropped_batches_ > 0)) done = write_acks();
  return done;
}

std::vector<Notice> Spool::Impl::notices_to_print() {
  std::vector<Notice> notices;
  if (!start_printed_) {
    notices.push_back({0, NoticeKind::kStart, open_.spool_id(), 0, last_seq_, last_run_.spool_id});
  }
  // When they cannot be read now, a later batch will carry them.
  if (auto pending = store_.pending_notices(kMaxNotices)) {
    notices.insert(notices.end(), std::make_move_iterator(pending->begin()), std::make_move_iterator(pending->end()));
  }
  notices.insert(notices.end(), untold_.begin(), untold_.end());
  return notices;
}

void Spool::Impl::seal() {
  const std::int64_t first = open_.next_seq();
  auto sealed = open_.seal(notices_to_print(), clock_);
  if (!sealed) {
    log::error("spool", "a batch could not be sealed and is lost", {{"error", sealed.error().message}});
    lose(first, open_.next_seq() - 1);
    return;
  }
  sealed->carries_start = !start_printed_;
  start_printed_ = true;
  untold_.clear();
  waiting_bytes_ += sealed->bytes.size();
  waiting_.push_back(std::move(*sealed));
  if (!failing_ || clock_.boot_now() >= retry_at_) (void)store_waiting();
  limit_waiting();
}

Result<void> Spool::Impl::store_waiting() {
  while (!waiting_.empty()) {
    SealedBatch& sealed = waiting_.front();
    if (auto done = write(&sealed); !done) {
      retry_at_ = clock_.boot_now() + kRetryEvery;
      return done;
    }
    waiting_bytes_ -= sealed.bytes.size();
    sealed.header.id = last_batch_;
    auto batch = std::make_shared<Batch>(Batch{std::move(sealed.header), std::move(sealed.bytes)});
    recent_bytes_ += batch->bytes.size();
    recent_.push_back({last_batch_, sealed.sealed, std::move(batch)});
    waiting_.pop_front();
    expire_recent(clock_.boot_now());
  }
  return {};
}

Result<void> Spool::Impl::write_acks() {
  auto done = write(nullptr);
  if (!done) retry_at_ = clock_.boot_now() + kRetryEvery;
  return done;
}

void Spool::Impl::limit_waiting() {
  while (waiting_.size() > kMaxWaiting || (waiting_bytes_ > kMaxWaitingBytes && waiting_.size() > 1)) drop_waiting();
}

void Spool::Impl::drop_waiting() {
  SealedBatch& oldest = waiting_.front();
  waiting_bytes_ -= oldest.bytes.size();
  if (oldest.carries_start) start_printed_ = false;
  for (Notice& notice : oldest.notices) {
    // The others still stand in the database.
    if (notice.row == 0 && notice.kind == NoticeKind::kGap) untold_.push_back(std::move(notice));
  }
  lose(oldest.header.first_seq, oldest.header.last_seq);
  waiting_.pop_front();
}

// Gone before the disk had it: told by the next batch that the disk takes.
void Spool::Impl::lose(std::int64_t from, std::int64_t to) {
  if (dropped_batches_ == 0) {
    log::error("spool", "memory for batches that the disk does not take is used up: dropping the oldest",
               {{"path", settings_.path}});
  }
  ++dropped_batches_;
  dropped_records_ += to - from + 1;
  if (!untold_.empty() && untold_.back().to_seq == from - 1) {
    untold_.back().to_seq = to;
    return;
  }
  if (untold_.size() >= kMaxUntold) {  // one wide gap instead of many: it says "may be missing"
    untold_.front().to_seq = untold_.at(1).to_seq;
    untold_.erase(untold_.begin() + 1);
  }
  untold_.push_back({0, NoticeKind::kGap, open_.spool_id(), from, to, "store-failed"});
}

void Spool::Impl::expire_recent(BootTime now) {
  while (!recent_.empty() && now - recent_.front().sealed > settings_.live_for) {
    if (recent_.front().batch != nullptr) recent_bytes_ -= recent_.front().batch->bytes.size();
    recent_.pop_front();
  }
  for (auto it = recent_.begin(); it != recent_.end() && recent_bytes_ > kRecentBytes; ++it) {
    if (it->batch == nullptr) continue;
    recent_bytes_ -= it->batch->bytes.size();
    it->batch = nullptr;
  }
}

BatchPtr Spool::Impl::recent(std::int64_t id) const {
  for (const Recent& recent : recent_) {
    if (recent.id == id) return recent.batch;
  }
  return nullptr;
}

Result<BatchPtr> Spool::Impl::read(const BatchRow& row) {
  auto body = store_.body(row.id);
  if (!body) return tl::unexpected(body.error());
  const auto run = row.run == last_run_.id ? Result<std::optional<RunRow>>(last_run_) : store_.run(row.run);
  if (!run) return tl::unexpected(run.error());
  if (!*body || !*run || static_cast<std::int64_t>((*body)->size()) != row.bytes) return BatchPtr();
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
  expire_recent(now);
  const std::int64_t live_from = recent_.empty() ? last_batch_ + 1 : recent_.front().id;
  std::size_t bytes = 0;
  while (lease.batches.size() < request.max_batches) {
    const auto id = sink->next(live_from, now);
    if (!id) break;
    const auto fits = [&](std::size_t size) { return lease.batches.empty() || bytes + size <= request.max_bytes; };
    BatchPtr batch = recent(*id);
    if (batch == nullptr) {
      const auto row = store_.batch(*id);
      if (row && *row && !fits(static_cast<std::size_t>((*row)->bytes))) break;
      auto from_disk = row && *row ? read(**row) : Result<BatchPtr>();
      if (!row || !from_disk) {
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
    }
    if (!fits(batch->bytes.size())) break;
    bytes += batch->bytes.size();
    sink->take(*id, {batch->header.count, static_cast<std::int64_t>(batch->bytes.size())}, live_from);
    lease.batches.push_back(std::move(batch));
  }
  return lease;
}

void Spool::Impl::drop_damaged(const BatchRow& row) {
  log::error("spool", "a batch cannot be read back and is dropped",
             {{"batch", row.id}, {"first_seq", row.first_seq}, {"records", row.records}});
  Changes changes;
  changes.dead = dead_;
  auto done = store_.begin();
  if (done) done = evict(row, "damaged", changes);
  if (done && newest_goes(changes)) done = store_.remember_last(last_run_.id, last_seq_, last_batch_);
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  note(done);
  if (!done) return;
  for (const Delivered& batch : changes.evicted) {
    for (Delivery& sink : sinks_) sink.release(batch.id, batch.size);
    forget(batch.id, batch.size);
  }
}

void Spool::Impl::settle(const Settle& settle) {
  Delivery* sink = find(settle.sink);
  if (sink == nullptr) return;
  const auto size = sink->in_flight(settle.batch_id);
  if (!size) return;
  if (settle.settlement == Settlement::kReturned) {
    sink->give_back(settle.batch_id);
    return;
  }
  sink->release(settle.batch_id, *size);
  if (settle.settlement == Settlement::kRejected) {
    rejected_.push_back({settle.batch_id, *size, settle.sink, settle.reason.substr(0, kMaxReason)});
    log::warning("spool", "a sink rejected a batch; it is kept with the dead letters",
                 {{"sink", settle.sink}, {"batch", settle.batch_id}, {"reason", settle.reason}});
  }
  if (!held_by_any(settle.batch_id)) delivered_.push_back({settle.batch_id, *size});
  if (acks_++ == 0) first_ack_ = clock_.boot_now();
  if (acks_ >= kMaxAcks && !failing_) (void)write_acks();
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

SpoolStat Spool::Impl::stat() {
  SpoolStat stat;
  stat.path = settings_.path;
  stat.running = true;
  stat.spool_id = open_.spool_id();
  stat.last_seq = stored_seq_;
  stat.batches = batches_ - static_cast<std::int64_t>(delivered_.size());
  stat.records = total_.records;
  stat.bytes = total_.bytes;
  for (const Delivered& batch : delivered_) {  // still in the file, but nobody waits for them
    stat.records -= batch.size.records;
    stat.bytes -= batch.size.bytes;
  }
  stat.open_records = static_cast<std::int64_t>(open_.size());
  stat.unstored_batches = static_cast<std::int64_t>(waiting_.size());
  stat.file_bytes = file_size(settings_.path) + file_size(settings_.path + "-wal");
  stat.max_bytes = settings_.max_bytes;
  stat.dead_batches = dead_.batches;
  stat.dead_bytes = dead_.bytes;
  for (const Delivery& sink : sinks_) stat.sinks.push_back(sink.stat());
  stat.last_error = last_error_;
  store_.fill(stat);
  if (dropped_batches_ > 0) stat.drops.push_back({"", "store-failed", dropped_batches_, dropped_records_});
  return stat;
}

Spool::Spool(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Spool::Spool(Spool&& other) noexcept = default;
Spool& Spool::operator=(Spool&& other) noexcept = default;

Spool::~Spool() {
  if (impl_ == nullptr) return;
  if (const auto done = impl_->flush(); !done) {
    log::error("spool", "the last records could not be stored", {{"error", done.error().message}});
  }
}

void Spool::append(Record record) { impl_->append(std::move(record)); }

void Spool::append(std::vector<Record> records) {
  for (Record& record : records) impl_->append(std::move(record));
}

std::vector<Lease> Spool::step(BootTime now) { return impl_->step(now); }
void Spool::handle(StoreRequest request) { impl_->handle(std::move(request)); }
Result<void> Spool::flush() { return impl_->flush(); }
Lease Spool::lease(const LeaseRequest& request) { return impl_->lease(request); }
void Spool::settle(const Settle& settle) { impl_->settle(settle); }
const std::string& Spool::spool_id() const { return impl_->spool_id(); }
std::int64_t Spool::stored_seq() const { return impl_->stored_seq(); }
SpoolStat Spool::stat() { return impl_->stat(); }

}  // namespace airspool::spool
