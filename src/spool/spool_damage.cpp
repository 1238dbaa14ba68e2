// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include <airspool/core/log.h>

#include "quarantine.h"
#include "rescue.h"
#include "spool_impl.h"

// A file that is damaged, a disk that is away: what the spool does about it while it runs.
namespace airspool::spool {
namespace {

using std::chrono::seconds;

constexpr Nanoseconds kMendEvery = seconds(1);
// Writes that fail before the connection is given up for a new one, and new ones before the file counts as damaged.
constexpr int kPatience = 3;
constexpr int kMaxReopened = 3;
// One slice of a salvage is one transaction between two turns of the records.
constexpr int kSliceBatches = 16;
constexpr int kSliceLooks = 2000;
constexpr std::int64_t kSliceBytes = std::int64_t{512} << 10;
// Above what a run could have given out without its file: new ids begin after a damage.
constexpr std::int64_t kSkippedIds = std::int64_t{1} << 20;

std::int64_t milliseconds(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace

std::optional<std::uint64_t> device_of(const std::string& path) {
  struct stat info {};
  if (stat(path.c_str(), &info) != 0) return std::nullopt;
  return info.st_dev;
}

// One line when writing begins to fail and one when it works again.
void Spool::Impl::note(const Result<void>& written) {
  if (written) {
    if (failing_) log::info("spool", "the disk takes batches again", {{"path", settings_.path}});
    failing_ = false;
    failures_ = 0;
    reopened_ = 0;
    last_error_.clear();
    return;
  }
  const Error& error = written.error();
  last_error_ = error.message;
  if (!failing_) {
    log::error("spool", "cannot use the spool; batches wait in memory and are tried again every second",
               {{"path", settings_.path}, {"error", last_error_}});
  }
  failing_ = true;
  if (error.code == ErrorCode::kInvalidData) damaged_ = true;
  if (error.code != ErrorCode::kConfig && !is_disk_full(error)) ++failures_;
}

void Spool::Impl::mend(BootTime now) {
  if (!failing_ || now < mend_at_) return;
  mend_at_ = now + kMendEvery;
  if (damaged_) {
    replace_damaged();
    return;
  }
  if (!store_open_) {
    reopen();
    return;
  }
  if (failures_ < kPatience) return;
  // Read-only for now: what can be read is still delivered, and the connection writes again when it may.
  if (access(settings_.path.c_str(), W_OK) != 0 && errno != ENOENT) return;
  failures_ = 0;
  if (reopened_ >= kMaxReopened) {
    log::error("spool", "the disk answers, but not for this file: it counts as damaged", {{"path", settings_.path}});
    replace_damaged();
    return;
  }
  store_ = Store();
  store_open_ = false;
  reopen();
}

// The last chance of what waits is now, not after some seconds of patience.
void Spool::Impl::mend_now() {
  failures_ = std::max(failures_, kPatience);
  mend_at_ = {};
  mend(clock_.boot_now());
}

// The file is moved aside, a fresh one takes its place, and what is readable comes over by and by.
void Spool::Impl::replace_damaged() {
  log::error("spool", "the spool is damaged: it is moved aside and what can be read of it is brought over",
             {{"path", settings_.path}, {"error", last_error_}});
  remember_wanted();
  store_ = Store();
  store_open_ = false;
  rescue_.reset();
  if (auto moved = set_aside(settings_.path, milliseconds(clock_.wall_now())); !moved) {
    last_error_ = moved.error().message;
    return;
  }
  damaged_ = false;
  reopened_ = 0;
  reopen();
}

// Who still waits for what, as memory knows it better than the damaged file.
void Spool::Impl::remember_wanted() {
  wanted_.clear();
  for (const Delivery& sink : sinks_) wanted_.emplace_back(sink.settings().name, sink.held());
  wanted_known_ = true;
}

void Spool::Impl::reopen() {
  const bool there = access(settings_.path.c_str(), F_OK) == 0;
  if (!there && device_of(folder_of(settings_.path)) != folder_device_) {
    last_error_ = "the disk of the spool is away";  // what lies under its mount point is not ours to fill
    return;
  }
  auto store = Store::open(settings_.path, Purpose::kRun);
  if (store) {
    if (auto limited = store->limit_bytes(settings_.max_bytes); !limited) store = tl::unexpected(limited.error());
  }
  const auto run = store ? store->newest_run() : Result<std::optional<RunRow>>(tl::unexpected(store.error()));
  if (!run) {
    last_error_ = run.error().message;
    if (run.error().code == ErrorCode::kInvalidData) damaged_ = true;
    return;
  }
  ++reopened_;
  store_ = std::move(*store);
  store_open_ = true;
  retry_at_ = {};
  const std::string& expected = run_stored_ ? open_.spool_id() : last_run_.spool_id;
  const bool ours = (*run ? (*run)->spool_id : std::string()) == expected;
  if (!ours) {
    adopt();
    return;
  }
  // A commit that failed may have reached the disk all the same.
  if (waiting_.empty()) return;
  const auto committed = store_.batch(waiting_.front().batch->header.id);
  if (!committed || !*committed) return;
  apply_doubtful();
  stored_front();
}

// The batch is there, so its transaction is; but what else was in it nobody knows any more, for sinks have settled and
// batches were lost since. All of that is said again, which changes nothing where it was said already.
void Spool::Impl::apply_doubtful() {
  std::erase_if(doubtful_.evicted, [this](const Delivered& batch) {
    const auto row = store_.batch(batch.id);
    return !row || *row;
  });
  auto delivered = std::exchange(delivered_, {});
  auto rejected = std::exchange(rejected_, {});
  auto told = std::exchange(told_, {});
  auto untold = std::exchange(untold_, {});
  const std::int64_t acks = acks_;
  const std::int64_t dropped_batches = dropped_batches_;
  const std::int64_t dropped_records = dropped_records_;
  if (const auto dead = store_.dead_totals()) doubtful_.dead = *dead;
  apply(&waiting_.front(), doubtful_);
  std::erase_if(delivered, [this](const Delivered& batch) {
    return std::any_of(doubtful_.evicted.begin(), doubtful_.evicted.end(),
                       [&](const Delivered& gone) { return gone.id == batch.id; });
  });
  delivered_ = std::move(delivered);
  rejected_ = std::move(rejected);
  told_ = std::move(told);
  untold_ = std::move(untold);
  acks_ = acks;
  dropped_batches_ = dropped_batches;
  dropped_records_ = dropped_records;
}

// Another file than the one that memory knows, most often a fresh one.
void Spool::Impl::adopt() {
  if (!wanted_known_) remember_wanted();
  sinks_.clear();
  delivered_.clear();
  told_.clear();
  std::erase_if(rejected_, [](const Rejected& rejected) { return rejected.batch == nullptr; });
  batches_ = 0;
  total_ = {};
  acks_ = 0;
  run_stored_ = false;
  thinned_up_to_ = {};
  const std::int64_t seq = last_seq_;
  const RunRow run = last_run_;
  auto done = load();
  if (last_run_.spool_id == run.spool_id) last_seq_ = seq;
  run_ = std::max(run_, last_run_.id + 1);
  if (!done) {
    note(done);
    store_ = Store();
    store_open_ = false;
    return;
  }
  note({});
  if (spilling()) {
    for (const Waiting& waiting : waiting_) {
      for (Delivery& sink : sinks_) {
        const auto wanted = std::find_if(wanted_.begin(), wanted_.end(),
                                         [&](const auto& one) { return one.first == sink.settings().name; });
        if (wanted == wanted_.end() || !wanted->second.contains(waiting.batch->header.id)) continue;
        sink.hold(waiting.batch->header.id, waiting.size(), !waiting.segment.held);
      }
    }
  }
  begin_salvage();
}

// Nothing to do when no damaged file lies aside.
void Spool::Impl::begin_salvage() {
  const std::string path = salvage_path(settings_.path);
  if (access(path.c_str(), F_OK) != 0) return;
  (void)store_.checkpoint();  // its first page may be needed
  auto source = Salvage::open(path, settings_.path);
  auto done = store_.begin();
  if (!source) {
    log::error("spool", "nothing can be read of the damaged spool", {{"error", source.error().message}});
    if (done) done = store_.count_drop("", "damaged", 0, 0);
    if (done && !last_run_.spool_id.empty() && last_seq_ > 0) {
      done = store_.announce_gap(last_run_.spool_id, 1, wanted_known_ ? last_seq_ : kOpenEnd, "damaged");
    }
    if (done && !wanted_known_) done = announce_unknown_runs();
    if (done) done = store_.commit();
    if (!done) store_.rollback();
    (void)finish_salvage(settings_.path, milliseconds(clock_.wall_now()));
    quarantined_ = count_quarantined(settings_.path);
    wanted_known_ = false;
    return;
  }
  auto rescue = std::make_unique<Rescue>(Rescue{std::move(*source), {}, {}, false});
  rescue->from_memory = wanted_known_;
  if (wanted_known_) {
    for (auto& [sink, held] : wanted_) {
      rescue->wanted.push_back({sink, [ids = held](std::int64_t id) { return ids.contains(id); }, {}, std::move(held)});
    }
    rescue->at.end_seq = last_seq_;
  } else {
    rescue->want_what_rows_say(settings_.sinks);
    if (done) done = learn_previous_run(rescue->source);
  }
  wanted_known_ = false;
  if (done && timeline_) done = adopt_segments(rescue->source.segments());
  for (const Notice& gap : rescue->source.notices()) {
    if (done) done = store_.announce_gap(gap.spool_id, gap.from_seq, gap.to_seq, gap.other);
  }
  for (const DropStat& drop : rescue->source.drops()) {
    if (done) done = store_.count_drop(drop.sink, drop.reason, drop.batches, drop.records);
  }
  if (done) done = store_.commit();
  if (!done) store_.rollback();
  rescue_ = std::move(rescue);
  quarantined_ = count_quarantined(settings_.path);
}

// At an opening: who ran last, and how far it came, as far as the damaged file still says.
Result<void> Spool::Impl::learn_previous_run(Salvage& source) {
  const std::vector<RunRow> runs = source.runs();
  const bool fresh = last_run_.spool_id.empty();
  last_batch_ = std::max(last_batch_, source.last_id() + kSkippedIds);
  next_batch_ = last_batch_ + 1;
  if (!fresh) return {};
  auto counted = store_.count_drop("", "damaged", 0, 0);
  if (runs.empty() || !counted) return counted ? announce_unknown_runs() : counted;
  last_run_ = runs.back();
  last_seq_ = last_run_.last_seq;
  if (const auto newest = source.newest_batch(); newest && newest->run == last_run_.id) {
    last_seq_ = std::max(last_seq_, newest->last_seq);
  }
  run_ = last_run_.id + 1;
  auto done = store_.insert_run(last_run_, milliseconds(clock_.wall_now()));
  if (done) done = store_.remember_last(last_run_.id, last_seq_, last_batch_);
  // Its last pages may be among the lost ones.
  if (done) done = store_.announce_gap(last_run_.spool_id, last_seq_ + 1, kOpenEnd, "damaged");
  if (done) done = announce_unknown_runs();
  return done;
}

void Spool::Impl::salvage_slice() {
  if (rescue_ == nullptr || !store_open_ || (failing_ && clock_.boot_now() < mend_at_)) return;
  const std::vector<Delivery> before = sinks_;
  Rescue::Progress at = rescue_->at;
  Changes changes;
  changes.dead = dead_;
  auto done = store_.begin();
  int stored = 0;
  for (int look = 0; done && look < kSliceLooks && stored < kSliceBatches && at.slice_bytes < kSliceBytes; ++look) {
    const auto id = rescue_->source.next_id(at.next);
    if (!id) {
      at.finished = true;
      break;
    }
    at.next = *id + 1;
    done = bring_over(*id, at, changes);
    stored = at.slice_batches;
  }
  if (done && at.finished) done = bring_over_dead(at, changes);
  if (done && at.dead_finished && rescue_->may_miss(at.known_id, kOpenEnd)) done = announce_rest(at);
  if (done && at.dead_finished && at.unknown) done = store_.count_drop("", "damaged", 0, 0);
  if (done) done = save_sinks(std::max(last_batch_, next_batch_ - 1), changes);
  if (done) done = store_.commit();
  if (!done) {
    store_.rollback();
    sinks_ = before;
    note(done);
    return;
  }
  for (const auto& [id, records] : at.slice_held) {
    held_.insert(id);
    held_records_ += records;
  }
  at.slice_held.clear();
  batches_ += at.slice_batches;
  total_.records += at.slice_records;
  total_.bytes += at.slice_bytes;
  apply_changes(changes);
  dead_ = changes.dead;
  if (failing_) note({});
  at.slice_batches = at.slice_records = at.slice_bytes = 0;
  rescue_->at = at;
  if (!at.finished || !at.dead_finished) return;
  rescue_.reset();
  const auto kept = finish_salvage(settings_.path, milliseconds(clock_.wall_now()));
  quarantined_ = count_quarantined(settings_.path);
  log::warning("spool", "the damaged spool was read as far as that can be done",
               {{"batches", at.batches},
                {"unreadable", at.unreadable},
                {"kept_as", kept ? *kept : salvage_path(settings_.path)}});
}

Result<void> Spool::Impl::bring_over(std::int64_t id, Rescue::Progress& at, Changes& changes) {
  std::vector<Delivery*> wanting;
  for (const Rescue::Wanted& wanted : rescue_->wanted) {
    if (wanted.settled.contains(id) || !wanted.holds(id)) continue;
    if (Delivery* const sink = find(wanted.sink)) wanting.push_back(sink);
  }
  if (wanting.empty() && !sinks_.empty()) return {};
  const auto there = store_.batch(id);
  if (!there) return tl::unexpected(there.error());
  if (*there) {  // a salvage before this one came that far
    const auto run = store_.run((*there)->run);
    if (!run) return tl::unexpected(run.error());
    return *run ? pass_known(**there, (*run)->spool_id, at) : Result<void>();
  }
  Salvage::Piece piece = rescue_->source.read(id);
  if (const BatchPtr copy = in_memory(id); !piece.bytes && copy != nullptr) {
    piece.row = row_of(copy->header, copy->bytes.size());
    piece.run.spool_id = copy->header.spool_id;
    piece.run.station_id = copy->header.station_id;
    piece.bytes = copy->bytes;
    piece.found = true;
  }
  if (!piece.found) return {};

  Result<void> done;
  const bool known = piece.row && !piece.run.spool_id.empty();
  if (known) done = pass_known(*piece.row, piece.run.spool_id, at);
  if (!piece.bytes) {
    // Where nothing can be read there may never have been a batch; memory would know.
    if (!piece.row && at.end_seq == 0) {
      at.unknown = true;
      return done;
    }
    ++at.unreadable;
    const std::int64_t records = piece.row ? piece.row->records : 0;
    for (const Delivery* sink : wanting) {
      if (done) done = store_.count_drop(sink->settings().name, "damaged", 1, records);
    }
    if (done && wanting.empty()) done = store_.count_drop("", "damaged", 1, records);
    if (done && known) {
      done = store_.announce_gap(piece.run.spool_id, piece.row->first_seq, piece.row->last_seq, "damaged");
    }
    return done;
  }
  if (done) done = make_room(pages_needed(piece.row->bytes), changes);
  if (!done) return done;
  const auto run = run_for(piece);
  if (!run) return tl::unexpected(run.error());
  piece.row->run = *run;
  piece.row->has_notices = false;  // those that are pending came over with their table
  if (done = store_.insert_batch(*piece.row, *piece.bytes); !done) return done;
  for (Delivery* sink : wanting) sink->hold(id, {piece.row->records, piece.row->bytes}, !piece.row->held);
  meet(*piece.row);
  if (piece.row->held) at.slice_held.emplace_back(id, piece.row->records);
  ++at.batches;
  ++at.slice_batches;
  at.slice_records += piece.row->records;
  at.slice_bytes += piece.row->bytes;
  return {};
}

Result<void> Spool::Impl::pass_known(const BatchRow& row, const std::string& spool_id, Rescue::Progress& at) {
  auto done = rescue_->may_miss(at.known_id, row.id) ? announce_hole(at, row, spool_id) : Result<void>();
  at.known_spool = spool_id;
  at.known_seq = row.last_seq;
  at.known_id = row.id;
  at.met.insert(spool_id);
  return done;
}

// Between two batches that can be read there may have been others, of which not even the id is left; or they were
// delivered long ago, and then it does no harm to name them.
Result<void> Spool::Impl::announce_hole(const Rescue::Progress& at, const BatchRow& next, const std::string& spool_id) {
  const std::int64_t before_next = next.first_seq - 1;
  if (at.known_spool == spool_id) {
    if (before_next <= at.known_seq) return {};
    return store_.announce_gap(spool_id, at.known_seq + 1, before_next, "damaged");
  }
  Result<void> done;
  if (!at.known_spool.empty()) done = store_.announce_gap(at.known_spool, at.known_seq + 1, kOpenEnd, "damaged");
  if (done && before_next > 0) done = store_.announce_gap(spool_id, 1, before_next, "damaged");
  return done;
}

// Behind the last batch that could be read, and runs of which none could.
Result<void> Spool::Impl::announce_rest(const Rescue::Progress& at) {
  Result<void> done;
  const auto announce = [&](const std::string& spool_id, std::int64_t from) {
    const bool end_known = at.end_seq > 0 && spool_id == last_run_.spool_id;
    const std::int64_t to = end_known ? at.end_seq : kOpenEnd;
    if (done && from <= to) done = store_.announce_gap(spool_id, from, to, "damaged");
  };
  std::set<std::string> met = at.met;
  if (!at.known_spool.empty()) announce(at.known_spool, at.known_seq + 1);
  for (const RunRow& run : rescue_->source.runs()) {
    if (!run.spool_id.empty() && met.insert(run.spool_id).second) announce(run.spool_id, 1);
  }
  if (at.end_seq > 0 && met.insert(last_run_.spool_id).second) announce(last_run_.spool_id, 1);
  for (const std::string& run : lock_.runs()) {
    if (run == open_.spool_id() || !met.insert(run).second) continue;
    const auto known = store_.run_of(run);
    if (!known) return tl::unexpected(known.error());
    if (!*known) announce(run, 1);
  }
  return done;
}

Result<std::int64_t> Spool::Impl::run_for(const Salvage::Piece& piece) {
  const auto known = store_.run_of(piece.run.spool_id);
  if (!known) return tl::unexpected(known.error());
  if (*known) return (*known)->id;
  RunRow run{piece.run.id, piece.run.spool_id, piece.run.station_id, 0, 0, false};
  const auto taken = store_.run(run.id);
  if (!taken) return tl::unexpected(taken.error());
  if (piece.run.spool_id == open_.spool_id() && !run_stored_) {
    run.id = run_;  // ours comes over before its next batch
    run.spilling = spilling();
    run_stored_ = true;
    remember_previous();
    last_run_ = run;
  } else if (run.id <= 0 || run.id >= run_ || *taken) {
    const auto first = store_.first_run();
    if (!first) return tl::unexpected(first.error());
    run.id = std::min<std::int64_t>(*first, run_) - 1;  // the newest run keeps the greatest number
  }
  if (auto done = store_.insert_run(run, milliseconds(clock_.wall_now())); !done) return tl::unexpected(done.error());
  return run.id;
}

Result<void> Spool::Impl::bring_over_dead(Rescue::Progress& at, Changes& changes) {
  for (int letters = 0; letters < kSliceBatches; ++letters) {
    const auto dead = rescue_->source.next_dead(at.dead_after);
    if (!dead) {
      at.dead_finished = true;
      return {};
    }
    auto done = make_room(pages_needed(dead->row.bytes), changes);
    if (done) {
      done = store_.insert_dead(dead->row, dead->run, dead->bytes, dead->sink, dead->reason, dead->rejected_ms);
    }
    if (done) done = limit_dead(changes);
    if (!done) return done;
  }
  return {};
}

}  // namespace airspool::spool
