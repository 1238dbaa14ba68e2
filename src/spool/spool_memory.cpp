// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include <airspool/core/log.h>

#include "spool_impl.h"

// Batches between sealing and the disk: those that a disk does not take, those that `spill` keeps for a while, and
// copies of what was stored just now.
namespace airspool::spool {
namespace {

using std::chrono::seconds;

// What waits because the disk takes nothing.
constexpr std::size_t kMaxWaiting = 64;
constexpr std::size_t kMaxSpilling = 1024;
constexpr std::size_t kMaxWaitingBytes = std::size_t{8} << 20;
// With spill, batches are written early from here on, so that a disk that fails then still finds room in memory.
constexpr std::size_t kSpillBytes = std::size_t{6} << 20;
constexpr Nanoseconds kRetryEvery = seconds(1);
// Bytes of recent batches kept for the sinks that are about to take them.
constexpr std::size_t kRecentBytes = std::size_t{1} << 20;
// Lines before the records of one batch; the rest waits for the next.
constexpr std::int64_t kMaxNotices = 100;
constexpr std::size_t kMaxUntold = 100;

}  // namespace

std::vector<Notice> Spool::Impl::notices_to_print() {
  std::vector<Notice> notices;
  remember_previous();
  if (!start_printed_) {
    notices.push_back({0, NoticeKind::kStart, open_.spool_id(), 0, previous_seq_, previous_run_});
  }
  // When they cannot be read now, a later batch will carry them. Those in memory already need not be told again.
  const auto in_memory = [this](const Notice& notice) {
    const auto same = [&](const Notice& other) { return other.row == notice.row && other.to_seq == notice.to_seq; };
    return std::any_of(told_.begin(), told_.end(), same) ||
           std::any_of(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
             return std::any_of(waiting.notices.begin(), waiting.notices.end(), same);
           });
  };
  if (auto pending = store_.pending_notices(kMaxNotices)) {
    if (spilling()) std::erase_if(*pending, in_memory);
    notices.insert(notices.end(), std::make_move_iterator(pending->begin()), std::make_move_iterator(pending->end()));
  }
  return notices;
}

// Before our own run becomes the last one.
void Spool::Impl::remember_previous() {
  if (last_run_.spool_id == open_.spool_id()) return;
  previous_run_ = last_run_.spool_id;
  previous_seq_ = last_seq_;
}

void Spool::Impl::seal() {
  const std::int64_t first = open_.next_seq();
  auto sealed = open_.seal(notices_to_print(), timeline_->current(), clock_.boot_now());
  if (!sealed) {
    log::error("spool", "a batch could not be sealed and is lost", {{"error", sealed.error().message}});
    lose(first, open_.next_seq() - 1);
    return;
  }
  sealed->header.id = next_batch_++;
  Waiting waiting;
  waiting.sealed = sealed->sealed;
  waiting.segment = sealed->segment;
  waiting.notices = std::move(sealed->notices);
  waiting.carries_start = !start_printed_;
  waiting.batch = std::make_shared<Batch>(Batch{std::move(sealed->header), std::move(sealed->bytes)});
  start_printed_ = true;
  waiting_bytes_ += waiting.batch->bytes.size();
  if (spilling()) {
    for (Delivery& sink : sinks_) sink.hold(waiting.batch->header.id, waiting.size(), !waiting.segment.held);
  }
  waiting_.push_back(std::move(waiting));
  if (!failing_ || clock_.boot_now() >= retry_at_) {
    // A run that may store nothing else must be known to the next one from its first batch on.
    if (spilling() && !run_stored_) (void)write_acks();
    (void)store_waiting(Due::kNow);
  }
  limit_waiting();
}

bool Spool::Impl::is_due(const Waiting& waiting) const {
  // A held batch cannot be acknowledged in time.
  return !spilling() || waiting.segment.held || waiting_bytes_ > kSpillBytes ||
         clock_.boot_now() - waiting.sealed >= settings_.spill_after;
}

Result<void> Spool::Impl::store_waiting(Due due) {
  while (!waiting_.empty() && (due == Due::kAll || is_due(waiting_.front()))) {
    const Waiting& waiting = waiting_.front();
    if (auto done = write(&waiting); !done) {
      retry_at_ = clock_.boot_now() + kRetryEvery;
      return done;
    }
    stored_front();
  }
  return {};
}

void Spool::Impl::stored_front() {
  Waiting& waiting = waiting_.front();
  waiting_bytes_ -= waiting.batch->bytes.size();
  const std::int64_t id = waiting.batch->header.id;
  if (waiting.segment.held) waiting.batch.reset();  // these are not the bytes that a sink will get
  if (waiting.batch != nullptr) recent_bytes_ += waiting.batch->bytes.size();
  recent_.push_back({id, waiting.sealed, std::move(waiting.batch)});
  waiting_.pop_front();
  expire_recent(clock_.boot_now());
}

Result<void> Spool::Impl::write_acks() {
  auto done = write(nullptr);
  if (!done) retry_at_ = clock_.boot_now() + kRetryEvery;
  return done;
}

// Delivered everywhere before it was due on disk: nothing was written and nothing will be.
void Spool::Impl::drop_delivered(std::int64_t id) {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [id](const Waiting& waiting) { return waiting.batch->header.id == id; });
  if (found == waiting_.end()) return;
  for (Notice& notice : found->notices) {
    if (notice.row != 0) told_.push_back(std::move(notice));
  }
  waiting_bytes_ -= found->batch->bytes.size();
  waiting_.erase(found);
}

void Spool::Impl::limit_waiting() {
  const std::size_t most = spilling() ? kMaxSpilling : kMaxWaiting;
  while (waiting_.size() > most || (waiting_bytes_ > kMaxWaitingBytes && waiting_.size() > 1)) drop_waiting();
}

void Spool::Impl::drop_waiting() {
  Waiting& oldest = waiting_.front();
  const BatchHeader& header = oldest.batch->header;
  waiting_bytes_ -= oldest.batch->bytes.size();
  if (oldest.carries_start) start_printed_ = false;
  for (Delivery& sink : sinks_) sink.release(header.id, oldest.size());
  lose(header.first_seq, header.last_seq);
  waiting_.pop_front();
}

// Gone before the disk had it. The gap goes into the file with the next transaction, whatever that stores: batches that
// follow the gap must not be durable before it is.
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

BatchPtr Spool::Impl::in_memory(std::int64_t id) const {
  for (const Recent& recent : recent_) {
    if (recent.id == id) return recent.batch;
  }
  for (const Waiting& waiting : waiting_) {
    if (waiting.batch->header.id == id && !waiting.segment.held) return waiting.batch;
  }
  return nullptr;
}

std::int64_t Spool::Impl::live_from(BootTime now) {
  expire_recent(now);
  std::int64_t first = next_batch_;
  if (!recent_.empty()) first = recent_.front().id;
  const auto live = std::find_if(waiting_.begin(), waiting_.end(),
                                 [&](const Waiting& waiting) { return now - waiting.sealed <= settings_.live_for; });
  if (live != waiting_.end()) first = std::min(first, live->batch->header.id);
  return first;
}

// With spill: the last seq that, like all before it, is on disk, delivered everywhere, or told to be lost.
std::int64_t Spool::Impl::safe_seq() const {
  return (waiting_.empty() ? open_.next_seq() : waiting_.front().batch->header.first_seq) - 1;
}

}  // namespace airspool::spool
