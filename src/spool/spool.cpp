// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <sys/stat.h>

#include <airspool/core/log.h>

#include "spool_impl.h"

namespace airspool::spool {
namespace {

using std::chrono::seconds;

// How often the clock is looked at while many records are taken in, at least.
constexpr Nanoseconds kWatchEvery = std::chrono::milliseconds(10);
// Acks ride with the next batch, or are written without one after this time.
constexpr Nanoseconds kAckDelay = seconds(15);
// With spill, how often the run's row is brought up to date: what is announced as lost after a power cut begins there.
constexpr Nanoseconds kMarkEvery = seconds(3600);

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
      open_(std::move(open)),
      folder_device_(device_of(folder_of(settings_.path))),
      meter_(settings_.process_io_path.empty() ? "/proc/self/io" : settings_.process_io_path,
             settings_.device_stat_path.empty() ? WriteMeter::device_stat_of(folder_of(settings_.path))
                                                : settings_.device_stat_path),
      opened_at_(clock.boot_now()) {}

void Spool::Impl::append(Record record) {
  const BootTime now = clock_.boot_now();
  if (now - watched_ >= kWatchEvery) watch_clock(now);
  open_.add(std::move(record), now);
  if (open_.size() >= settings_.batch_records) seal();
}

std::vector<Lease> Spool::Impl::step(BootTime now) {
  watch_clock(now);
  mend(now);
  if (open_.size() > 0 && now - open_.since() >= settings_.batch_period) seal();
  salvage_slice();
  if (now - opened_at_ >= settings_.release_after) release_removed();
  if (!failing_ || now >= retry_at_) {
    // note() has said what is wrong.
    if (!waiting_.empty() && is_due(waiting_.front())) {
      (void)store_waiting(Due::kNow);
    } else if ((acks_ > 0 && now - first_ack_ >= kAckDelay) || mark_is_due(now)) {
      (void)write_acks();
    }
  }
  finish_some_held(now);
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
  if (!store_open_ || damaged_) mend_now();
  if (open_.size() > 0) seal();
  auto done = store_waiting(Due::kAll);
  if (!done && !is_disk_full(done.error())) {  // a disk that is back may want a new connection
    mend_now();
    done = store_waiting(Due::kAll);
  }
  if (done && (acks_ > 0 || dropped_batches_ > 0 || !told_.empty())) done = write_acks();
  return done;
}

void Spool::Impl::end() {
  auto done = flush();
  if (done && spilling() && run_stored_) {
    ending_ = true;
    done = write(nullptr);
  }
  if (!done) log::error("spool", "the last records could not be stored", {{"error", done.error().message}});
}

void Spool::Impl::release_removed() {
  for (auto sink = sinks_.begin(); sink != sinks_.end();) {
    if (!sink->removed() || !store_open_ || failing_) {
      ++sink;
      continue;
    }
    const SinkStat held = sink->stat();
    log::warning("spool", "what a sink that is no longer configured waited for is let go",
                 {{"sink", held.name}, {"batches", held.batches}, {"records", held.records}, {"bytes", held.bytes}});
    const IdSet ids = sink->held();
    forgotten_sinks_.push_back(held.name);
    sink = sinks_.erase(sink);
    if (settings_.sinks.empty()) continue;  // kept for one to come
    for (auto id = ids.first_from(0); id; id = ids.first_from(*id + 1)) {
      if (held_by_any(*id)) continue;
      const auto row = store_.batch(*id);
      if (row && *row) delivered_.push_back({*id, {(*row)->records, (*row)->bytes}});
      drop_delivered(*id);
    }
    if (acks_++ == 0) first_ack_ = clock_.boot_now();
  }
}

bool Spool::Impl::mark_is_due(BootTime now) const {
  return spilling() && run_stored_ && safe_seq() > marked_seq_ && now - marked_at_ >= kMarkEvery;
}

SpoolStat Spool::Impl::stat() {
  SpoolStat stat;
  stat.path = settings_.path;
  stat.running = true;
  stat.spool_id = open_.spool_id();
  stat.last_seq = stored_seq();
  stat.batches = batches_ - static_cast<std::int64_t>(delivered_.size());
  stat.records = total_.records;
  stat.bytes = total_.bytes;
  for (const Delivered& batch : delivered_) {  // still in the file, but nobody waits for them
    stat.records -= batch.size.records;
    stat.bytes -= batch.size.bytes;
  }
  stat.held_batches = held_.size();
  stat.held_records = held_records_;
  stat.clock = timeline_->stat(clock_.boot_now());
  stat.open_records = static_cast<std::int64_t>(open_.size());
  (spilling() && !failing_ ? stat.memory_batches : stat.unstored_batches) = static_cast<std::int64_t>(waiting_.size());
  meter_.look(clock_.boot_now(), clock_.wall_now());
  stat.written_today = meter_.by_process().today;
  stat.written_a_year = meter_.by_process().a_year;
  stat.disk_written_today = meter_.on_device().today;
  stat.disk_written_a_year = meter_.on_device().a_year;
  stat.salvaging = rescue_ != nullptr;
  stat.quarantined_files = quarantined_;
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
  if (impl_ != nullptr) impl_->end();
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
