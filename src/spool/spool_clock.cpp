// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <utility>

#include <airspool/core/log.h>

#include "held_text.h"
#include "spool_impl.h"

namespace airspool::spool {
namespace {

using std::chrono::milliseconds;

// Held batches that one transaction puts right: some milliseconds of work, so that appends never wait long.
constexpr std::size_t kFinishedAtOnce = 8;
constexpr Nanoseconds kRetryEvery = std::chrono::seconds(1);

std::int64_t floor_ms(WallTime time) { return std::chrono::floor<milliseconds>(time).time_since_epoch().count(); }

double seconds_of(Nanoseconds time) { return std::chrono::duration<double>(time).count(); }

SegmentRow row_of(const Segment& segment, BootTime end, const std::string& boot_id) {
  const auto state = segment.held ? SegmentState::kHeld : static_cast<SegmentState>(segment.calendar.quality);
  return {segment.id, boot_id, segment.start, end, segment.calendar.boot_zero, state};
}

}  // namespace

Result<void> Spool::Impl::load_segments() {
  held_ = {};
  held_records_ = 0;
  if (timeline_) {  // another file while we run: it learns what memory knows
    Result<void> done;
    segments_.each([&](const SegmentRow& row) {
      if (done) done = store_.save_segment(row);
    });
    return done;
  }
  segments_ = {};
  auto rows = store_.segments();
  if (!rows) return tl::unexpected(rows.error());
  for (SegmentRow& row : *rows) segments_.add(std::move(row));
  return {};
}

// Every batch on disk, when the spool is opened.
void Spool::Impl::meet(const BatchRow& row) {
  const Nanoseconds sealed = milliseconds(row.sealed_ms);
  const SegmentRow* segment = segments_.find(row.segment);
  if (row.held) {
    segments_.reaches(row.segment, BootTime(sealed));
  } else if (segment != nullptr) {
    segments_.reaches(row.segment, segment->calendar().boot_time_of(WallTime(sealed)));
  } else {
    segments_.reaches_wall(row.segment, WallTime(sealed));
  }
}

Result<void> Spool::Impl::start_clock() {
  if (timeline_) return {};
  if (settings_.clock.boot_id.empty()) settings_.clock.boot_id = "run " + open_.spool_id();
  const auto oldest = store_.oldest_batch();
  if (!oldest) return tl::unexpected(oldest.error());
  const std::int64_t needed = *oldest ? (*oldest)->segment : segments_.last_id() + 1;
  for (const std::int64_t id : segments_.forget_before(needed)) {
    if (auto done = store_.remove_segment(id); !done) return done;
  }
  newest_seal_ = segments_.newest();
  newest_seal_known_ = clock_.boot_now();
  timeline_.emplace(
      settings_.clock, clock_,
      Timeline::Past{segments_.last_id(), newest_seal_, segments_.synchronised_in(settings_.clock.boot_id)});
  if (timeline_->current().held) say_that_times_are_held();
  return {};
}

// When no file could be read at the start.
void Spool::Impl::ensure_clock() {
  if (timeline_) return;
  if (settings_.clock.boot_id.empty()) settings_.clock.boot_id = "run " + open_.spool_id();
  timeline_.emplace(settings_.clock, clock_, Timeline::Past{});
}

// Of a damaged file, before its batches come over. A file that has segments of its own keeps those: numbers must not
// meet.
Result<void> Spool::Impl::adopt_segments(const std::vector<SegmentRow>& rows) {
  if (segments_.newest_row() != nullptr) return {};
  for (const SegmentRow& row : rows) {
    if (auto done = store_.save_segment(row); !done) return done;
  }
  for (const SegmentRow& row : rows) segments_.add(row);
  Segment current = timeline_->current();
  current.id = std::max(current.id, segments_.last_id() + 1);
  timeline_->begin(current);
  return {};
}

void Spool::Impl::say_that_times_are_held() const {
  const ClockStat stat = timeline_->stat(clock_.boot_now());
  if (stat.hold_left_s) {
    log::warning("spool", "the clock cannot be believed yet: batches are kept back until it is synchronised",
                 {{"clock", to_string(stat.state)}, {"at_most_s", *stat.hold_left_s}});
  } else {
    log::warning("spool", "the clock is not synchronised: batches are kept back until it is (clock.trust = \"synced\")",
                 {{"clock", to_string(stat.state)}});
  }
}

// A batch belongs to one calendar: what is open goes with the one that held when it was heard.
void Spool::Impl::watch_clock(BootTime now) {
  watched_ = now;
  if (const auto next = timeline_->look(now)) {
    const Segment before = timeline_->current();
    if (open_.size() > 0) seal();
    timeline_->begin(*next);
    log::info("spool", "another calendar holds from now on",
              {{"step_s", seconds_of(next->calendar.boot_zero - before.calendar.boot_zero)},
               {"clock", to_string(timeline_->stat(now).state)},
               {"believed", !next->held}});
    if (next->held && !before.held) say_that_times_are_held();
  }
}

void Spool::Impl::finish_some_held(BootTime now) {
  if (timeline_->current().held || held_.empty() || !store_open_ || rescue_ != nullptr || (failing_ && now < retry_at_))
    return;
  auto done = segments_.any_held() ? place_segments() : Result<void>();
  if (done) done = finish_held();
  if (!done) retry_at_ = now + kRetryEvery;
}

// First it is settled, durably, where each held segment belongs: however often the rest is interrupted, every batch of
// it gets the same calendar.
Result<void> Spool::Impl::place_segments() {
  const ClockSettings& clock = settings_.clock;
  const auto rows = segments_.place(clock.boot_id, timeline_->current().calendar, clock.not_before);
  auto done = store_.begin();
  for (const SegmentRow& row : rows) {
    if (done) done = store_.save_segment(row);
  }
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  note(done);
  if (!done) return done;
  for (const SegmentRow& row : rows) segments_.replace(row);
  log::info("spool", "the clock is believed: held batches get their times and go out",
            {{"batches", held_.size()}, {"records", held_records_}});
  return done;
}

// What is missing from the file (salvaged from a damaged one) is placed as a boot that ended when this one began.
Calendar Spool::Impl::calendar_of(const BatchRow& row) const {
  const SegmentRow* segment = segments_.find(row.segment);
  if (segment != nullptr && !segment->held()) return segment->calendar();
  const Calendar& now = timeline_->current().calendar;
  return {now.boot_zero - milliseconds(row.sealed_ms), std::max(now.quality, ClockQuality::kEstimated)};
}

Result<Spool::Impl::Finished> Spool::Impl::finished(const BatchRow& row) {
  const auto body = store_.body(row.id);
  if (!body) return tl::unexpected(body.error());
  if (!*body) return fail(ErrorCode::kInvalidData, "a batch has no body");
  const auto held = decode_batch(**body);
  if (!held) return tl::unexpected(held.error());
  const Calendar calendar = calendar_of(row);
  const auto text = place_held(*held, calendar);
  if (!text) return tl::unexpected(text.error());
  auto bytes = open_.encoder().encode(*text);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto sealed = std::chrono::floor<milliseconds>(calendar.at(BootTime(milliseconds(row.sealed_ms))));
  return Finished{row, sealed, std::move(*bytes)};
}

// The one correction that a batch ever gets, in the transaction that lets it go.
Result<void> Spool::Impl::finish_held() {
  std::vector<Finished> batches;
  std::size_t largest = 0;
  for (auto id = held_.first_from(0); id && batches.size() < kFinishedAtOnce; id = held_.first_from(*id + 1)) {
    const auto row = store_.batch(*id);
    if (!row) return tl::unexpected(row.error());
    if (!*row) continue;
    auto batch = finished(**row);
    if (batch) {
      largest = std::max(largest, batch->bytes.size());
      batches.push_back(std::move(*batch));
    } else if (batch.error().code == ErrorCode::kInvalidData) {
      drop_damaged(**row);
    } else {
      note(tl::unexpected(batch.error()));
      return tl::unexpected(batch.error());
    }
  }
  if (batches.empty()) return {};

  Changes changes;
  changes.dead = dead_;
  auto done = store_.begin();
  // SQLite writes the new bytes before it frees the old ones, one batch at a time.
  if (done) done = make_room(pages_needed(static_cast<std::int64_t>(largest)), changes);
  for (const Finished& batch : batches) {
    if (done) done = store_.finish_batch(batch.row.id, floor_ms(batch.sealed), batch.bytes);
  }
  if (done && !changes.released.empty()) done = save_sinks(spilling() ? next_batch_ - 1 : last_batch_, changes);
  if (done && newest_goes(changes)) done = remember_last();
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  note(done);
  if (!done) return done;

  apply_changes(changes);
  dead_ = changes.dead;
  for (const Finished& batch : batches) {
    if (!held_.contains(batch.row.id)) continue;  // it went to make room
    const BatchSize was{batch.row.records, batch.row.bytes};
    const BatchSize is{batch.row.records, static_cast<std::int64_t>(batch.bytes.size())};
    for (Delivery& sink : sinks_) sink.make_ready(batch.row.id, was, is);
    total_.bytes += is.bytes - was.bytes;
    held_.erase(batch.row.id);
    held_records_ -= was.records;
    timeline_->stored(batch.sealed);
  }
  return done;
}

// With the first batch of a segment, in its transaction; the one before gets its end.
Result<void> Spool::Impl::store_segment(const Waiting& waiting) {
  if (segments_.find(waiting.segment.id) != nullptr) return {};
  if (const SegmentRow* before = segments_.newest_row()) {
    if (auto done = store_.save_segment(*before); !done) return done;
  }
  return store_.save_segment(row_of(waiting.segment, waiting.sealed, settings_.clock.boot_id));
}

void Spool::Impl::segment_stored(const Waiting& waiting) {
  if (segments_.find(waiting.segment.id) == nullptr)
    segments_.add(row_of(waiting.segment, waiting.sealed, settings_.clock.boot_id));
  segments_.reaches(waiting.segment.id, waiting.sealed);
  if (waiting.segment.held) {
    held_.insert(waiting.batch->header.id);
    held_records_ += waiting.size().records;
  } else {
    timeline_->stored(waiting.batch->header.sealed);
  }
}

}  // namespace airspool::spool
