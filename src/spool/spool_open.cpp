// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <airspool/core/log.h>

#include "held_by_sink.h"
#include "look.h"
#include "quarantine.h"
#include "spool_impl.h"
#include "wal_check.h"

namespace airspool::spool {
namespace {

// More batches than a run spills between two marks of its row.
constexpr std::int64_t kSkippedIds = std::int64_t{1} << 20;
// A small file is brought over before the first record comes.
constexpr int kSlicesAtOpening = 4;
constexpr mode_t kFolderMode = 0750;
// Whoever only looks (inspect) holds the lock for a moment: that must not keep a collector from starting.
constexpr std::chrono::milliseconds kPatience{500};

tl::unexpected<Error> cannot_open(const std::string& path, const Error& why, const std::string& next_step) {
  std::string message = "cannot open the spool " + path + ": " + why.message;
  if (!next_step.empty()) message += "; " + next_step;
  return fail(why.code, std::move(message));
}

std::optional<std::int64_t> free_bytes_of(const std::string& folder) {
  struct statvfs info {};
  if (statvfs(folder.c_str(), &info) != 0) return std::nullopt;
  return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

bool is_folder(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

// The last folder of the path is made when only that one is missing: `path = "data/spool.db"` should just work, a
// mistyped mount point should not.
Result<void> check_place(const std::string& path, bool make_folder) {
  if (path.empty() || path.back() == '/') return fail(ErrorCode::kConfig, "spool.path must name a file");
  if (is_folder(path)) {
    return cannot_open(path, {ErrorCode::kConfig, "it is a folder"},
                       "name a file in it in spool.path: " + path + "/spool.db");
  }
  const std::string folder = folder_of(path);
  if (is_folder(folder)) return {};
  if (make_folder && mkdir(folder.c_str(), kFolderMode) == 0) return {};
  const int reason = make_folder ? errno : ENOENT;
  if (reason == EACCES || reason == EROFS) {
    return cannot_open(path,
                       {ErrorCode::kPermissionDenied, "the folder " + folder + " is missing and cannot be made here"},
                       "make it for the user who runs airspool (sudo install -d -o airspool " + folder +
                           "), or set spool.path to a folder that can be written");
  }
  return cannot_open(path, {ErrorCode::kNotFound, "the folder " + folder + " does not exist"},
                     "make it (mkdir -p " + folder + "), or set spool.path");
}

std::string next_step(const Error& error, const std::string& path) {
  switch (error.code) {
    case ErrorCode::kPermissionDenied:
      return "let the user who runs airspool write in " + folder_of(path) +
             " (is it mounted read-only?), or set spool.path";
    case ErrorCode::kUnavailable:
      return "stop it first, or give this one a spool.path of its own";
    case ErrorCode::kIo:
      return "look at the disk (df -h " + folder_of(path) + ", dmesg): free some space, or set spool.path";
    default:
      return "";
  }
}

Result<void> check(const SpoolSettings& settings) {
  if (settings.station_id.empty()) return fail(ErrorCode::kConfig, "the spool needs a station name: set station.name");
  if (settings.max_bytes < kMinSpoolBytes) {
    return fail(ErrorCode::kConfig, "spool.max_bytes is " + std::to_string(settings.max_bytes) + "; the least is " +
                                        std::to_string(kMinSpoolBytes));
  }
  if (settings.batch_records < 1 || settings.batch_records > kMaxBatchRecords) {
    return fail(ErrorCode::kConfig, "spool.batch_records is " + std::to_string(settings.batch_records) +
                                        "; it must be from 1 to " + std::to_string(kMaxBatchRecords));
  }
  for (auto sink = settings.sinks.begin(); sink != settings.sinks.end(); ++sink) {
    const auto same = [&](const SinkSettings& other) { return other.name == sink->name; };
    if (sink->name.empty() || std::any_of(settings.sinks.begin(), sink, same)) {
      return fail(ErrorCode::kConfig, "each sink needs a name of its own; '" + sink->name + "' is not one");
    }
  }
  return {};
}

Result<Store> begin_anew(const std::string& path, const Error& damage, const Clock& clock) {
  log::error("spool", "the spool is damaged: it is moved aside and what can be read of it is brought over",
             {{"path", path}, {"error", damage.message}});
  const auto now = std::chrono::floor<std::chrono::milliseconds>(clock.wall_now()).time_since_epoch().count();
  if (auto moved = set_aside(path, now); !moved) return tl::unexpected(moved.error());
  return Store::open(path, Purpose::kRun);
}

Result<Store> open_or_begin_anew(const std::string& path, const Clock& clock) {
  auto store = Store::open(path, Purpose::kRun);
  if (store || store.error().code != ErrorCode::kInvalidData) return store;
  return begin_anew(path, store.error(), clock);
}

}  // namespace

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Spool> Spool::open(SpoolSettings settings, const Clock& clock) {
  const std::string path = settings.path;
  if (auto good = check(settings); !good) return tl::unexpected(good.error());
  if (auto place = check_place(path, true); !place) return tl::unexpected(place.error());
  auto lock = LockFile::acquire(path + ".lock", kPatience);
  if (!lock) return cannot_open(path, lock.error(), next_step(lock.error(), path));
  const WalEnd wal = check_wal(path + "-wal");  // SQLite tells nobody, and takes the file away
  auto store = open_or_begin_anew(path, clock);
  if (!store) {
    cut_behind_last_commit(path + "-wal", wal);
    return cannot_open(path, store.error(), next_step(store.error(), path));
  }
  auto open_batch = OpenBatch::create(settings.station_id, settings.batch_records);
  if (!open_batch) return cannot_open(path, open_batch.error(), "");

  for (SinkSettings& sink : settings.sinks) {
    if (sink.max_backlog_bytes > 0) continue;
    sink.max_backlog_bytes = settings.max_bytes / static_cast<std::int64_t>(settings.sinks.size());
  }
  if (!settings.free_bytes) settings.free_bytes = free_bytes_of;
  auto impl =
      std::make_unique<Impl>(std::move(settings), clock, std::move(*lock), std::move(*store), std::move(*open_batch));
  if (wal.suspicious) {
    log::warning("spool", "the journal of the spool ends damaged or in the middle of a transaction: some may be lost",
                 {{"path", path + "-wal"}, {"good_pages", wal.committed}, {"pages_behind", wal.behind}});
    impl->wal_was_cut();
  }
  auto done = impl->load();
  if (!done && done.error().code == ErrorCode::kInvalidData) {  // a large file is not checked as a whole
    done = impl->replace_at_opening(done.error());
  }
  if (!done) {
    impl->close_store();
    cut_behind_last_commit(path + "-wal", wal);
    return cannot_open(path, done.error(), next_step(done.error(), path));
  }
  impl->salvage_at_opening();
  impl->note_runs();
  return Spool(std::move(impl));
}

void Spool::Impl::salvage_at_opening() {
  ensure_clock();
  begin_salvage();
  quarantined_ = count_quarantined(settings_.path);
  for (int slice = 0; slice < kSlicesAtOpening; ++slice) salvage_slice();
}

// What memory knows comes from the damaged file: it begins again with nothing.
Result<void> Spool::Impl::replace_at_opening(const Error& error) {
  store_ = Store();
  auto fresh = begin_anew(settings_.path, error, clock_);
  if (!fresh) return tl::unexpected(fresh.error());
  store_ = std::move(*fresh);
  timeline_.reset();
  sinks_.clear();
  delivered_.clear();
  held_ = {};
  held_records_ = batches_ = 0;
  total_ = {};
  thinned_up_to_ = {};
  last_run_ = {};
  last_seq_ = last_batch_ = 0;
  run_ = next_batch_ = 1;
  return load();
}

Result<void> Spool::Impl::load() {
  auto done = store_.limit_bytes(settings_.max_bytes);
  if (done) done = store_.begin();
  if (!done) return done;
  done = load_run();
  if (done) done = load_segments();
  if (done) {
    auto known = store_.sinks();
    done = known ? load_deliveries(std::move(*known)) : tl::unexpected(known.error());
  }
  // Nobody waits for these any more: they were delivered but not deleted before the last end, or their sink is gone.
  for (const Delivered& batch : delivered_) {
    if (done) done = store_.remove_batch(batch.id);
  }
  if (done && (newest_goes({}) || last_run_.spilling || wal_cut_) && !last_run_.spool_id.empty())
    done = remember_last();
  if (done && last_run_.spilling) done = store_.end_run(last_run_.id);
  if (done) done = save_sinks(last_batch_, {});
  if (done) done = store_.forget_empty_runs();
  if (done) done = start_clock();
  if (done) {
    const auto totals = store_.dead_totals();
    if (totals) dead_ = *totals;
    done = store_.commit();
  }
  if (!done) {
    store_.rollback();
    return done;
  }
  delivered_.clear();
  // Else the frames that were left out would be met again after the next sudden end.
  if (std::exchange(wal_cut_, false)) (void)store_.empty_wal();
  for (const Delivery& sink : sinks_) {
    if (!sink.removed()) continue;
    const SinkStat held = sink.stat();
    log::warning("spool", "a sink is no longer configured: what it waits for will be let go, unless it comes back",
                 {{"sink", held.name},
                  {"batches", held.batches},
                  {"records", held.records},
                  {"after_s", std::chrono::duration_cast<std::chrono::seconds>(settings_.release_after).count()}});
  }
  next_batch_ = std::max(next_batch_, last_batch_ + 1);
  log::info("spool", "the spool is open",
            {{"path", settings_.path}, {"spool_id", open_.spool_id()}, {"batches", batches_}, {"bytes", total_.bytes}});
  return {};
}

Result<void> Spool::Impl::load_run() {
  const auto run = store_.newest_run();
  if (!run) return tl::unexpected(run.error());
  if (!*run) return wal_cut_ ? announce_wal_cut() : Result<void>();
  last_run_ = **run;
  run_ = last_run_.id + 1;
  last_batch_ = last_run_.last_batch;
  last_seq_ = last_run_.last_seq;
  const auto newest = store_.newest_batch();
  if (!newest) return tl::unexpected(newest.error());
  if (*newest && (*newest)->id > last_batch_) {
    last_batch_ = (*newest)->id;
    // A run that spills may have none of its own on disk.
    if ((*newest)->run == last_run_.id) last_seq_ = (*newest)->last_seq;
  }
  auto done = last_run_.spilling ? announce_spill_lost() : Result<void>();
  if (done && wal_cut_) done = announce_wal_cut();
  return done;
}

// What the WAL held behind its last commit that can be read: batches of the last run that is known, and whole runs.
Result<void> Spool::Impl::announce_wal_cut() {
  // A salvage knows more than a fresh file does, and announces it.
  if (last_run_.spool_id.empty() && access(salvage_path(settings_.path).c_str(), F_OK) == 0) return {};
  last_batch_ += kSkippedIds;
  next_batch_ = last_batch_ + 1;
  auto done = store_.count_drop("", "damaged", 0, 0);
  if (done && !last_run_.spool_id.empty()) {
    done = store_.announce_gap(last_run_.spool_id, last_seq_ + 1, kOpenEnd, "damaged");
  }
  if (done) done = announce_unknown_runs();
  return done;
}

// By name, should a damage take all of their rows.
void Spool::Impl::note_runs() {
  const std::vector<std::string>& runs = lock_.runs();
  if (!last_run_.spool_id.empty() && std::ranges::find(runs, last_run_.spool_id) == runs.end()) {
    lock_.add_run(last_run_.spool_id);
  }
  lock_.add_run(open_.spool_id());
}

// Runs after the last one that the file knows: they stored nothing, or all of it is lost.
Result<void> Spool::Impl::announce_unknown_runs() {
  const std::vector<std::string>& runs = lock_.runs();
  const auto known = std::ranges::find(runs, last_run_.spool_id);
  Result<void> done;
  for (auto run = known == runs.end() ? runs.begin() : known + 1; done && run != runs.end(); ++run) {
    done = store_.announce_gap(*run, 1, kOpenEnd, "damaged");
  }
  return done;
}

// What the last run had in memory alone when it came to its sudden end: nobody knows how much that was. Part of it was
// delivered, under ids that are not in the file.
Result<void> Spool::Impl::announce_spill_lost() {
  log::warning("spool", "the last run kept batches in memory and ended without notice: some may be lost",
               {{"spool_id", last_run_.spool_id}, {"after_seq", last_seq_}});
  last_batch_ += kSkippedIds;
  auto done = store_.announce_gap(last_run_.spool_id, last_seq_ + 1, kOpenEnd, "spill-lost");
  if (done) done = store_.count_drop("", "spill-lost", 0, 0);
  return done;
}

Result<void> Spool::Impl::load_deliveries(std::vector<SinkRow> known) {
  std::vector<HeldBySink> held;
  for (const SinkSettings& sink : settings_.sinks) {
    const auto row = std::find_if(known.begin(), known.end(), [&](const SinkRow& r) { return r.name == sink.name; });
    if (row != known.end()) {
      held.emplace_back(*row);
      known.erase(row);
    } else {
      held.emplace_back(SinkRow{sink.name, sink.from == StartAt::kNow ? last_batch_ : 0, ""});
    }
    sinks_.emplace_back(sink);
  }
  for (const SinkRow& gone : known) {
    held.emplace_back(gone);
    SinkSettings settings;
    settings.name = gone.name;
    settings.max_backlog_bytes = settings_.max_bytes;
    sinks_.emplace_back(std::move(settings), true);
  }
  return store_.each_batch([&](const BatchRow& row) {
    const BatchSize size{row.records, row.bytes};
    meet(row);
    bool wanted = settings_.sinks.empty();  // without any sink, batches are kept up to the quota
    for (std::size_t i = 0; i < sinks_.size(); ++i) {
      if (!held[i].holds(row.id)) continue;
      sinks_[i].hold(row.id, size, !row.held);
      wanted = true;
    }
    if (!wanted) {
      delivered_.push_back({row.id, size});
      return;
    }
    if (row.held) {
      held_.insert(row.id);
      held_records_ += row.records;
    }
    ++batches_;
    total_.records += row.records;
    total_.bytes += row.bytes;
  });
}

Result<Looked> open_to_look(const std::string& path, Purpose purpose) {
  if (auto place = check_place(path, false); !place) return tl::unexpected(place.error());
  if (access(path.c_str(), F_OK) != 0) {
    return fail(ErrorCode::kNotFound, "there is no spool at " + path + " yet; airspool run makes it (spool.path)");
  }
  auto lock = LockFile::acquire(path + ".lock");
  if (!lock) {
    const bool running = lock.error().code == ErrorCode::kUnavailable;
    return cannot_open(path, lock.error(),
                       running ? "ask it instead: airspool spool stat" : "try as the user airspool, or with sudo");
  }
  // Whoever writes would take away the WAL, and with it the only sign that something is missing.
  if (purpose == Purpose::kRun && check_wal(path + "-wal").suspicious) {
    return cannot_open(path, {ErrorCode::kInvalidData, "its journal ends damaged or in the middle of a transaction"},
                       "start airspool run once: it tells the readers what may be missing");
  }
  auto store = Store::open(path, purpose);
  if (!store) {
    const bool damaged = store.error().code == ErrorCode::kInvalidData;
    return cannot_open(
        path, store.error(),
        damaged ? "airspool run will move it aside and begin a fresh one" : next_step(store.error(), path));
  }
  return Looked{std::move(*lock), std::move(*store)};
}

Result<SpoolStat> Spool::inspect(const std::string& path) {
  auto looked = open_to_look(path);
  if (!looked) return tl::unexpected(looked.error());
  Store* const store = &looked->store;

  SpoolStat stat;
  stat.path = path;
  const auto run = store->newest_run();
  const auto newest = store->newest_batch();
  const auto known = store->sinks();
  const auto dead = store->dead_totals();
  if (!run || !newest || !known || !dead) {
    const Error& error = !run ? run.error() : !newest ? newest.error() : !known ? known.error() : dead.error();
    return cannot_open(path, error, next_step(error, path));
  }
  if (*run) {
    stat.spool_id = (*run)->spool_id;
    const bool stored_later = *newest && (*newest)->run == (*run)->id && (*newest)->id > (*run)->last_batch;
    stat.last_seq = stored_later ? (*newest)->last_seq : (*run)->last_seq;
  }
  stat.dead_batches = dead->batches;
  stat.dead_bytes = dead->bytes;
  std::vector<HeldBySink> held;
  for (const SinkRow& row : *known) {
    held.emplace_back(row);
    SinkStat sink;
    sink.name = row.name;
    stat.sinks.push_back(std::move(sink));
  }
  const auto read = store->each_batch([&](const BatchRow& row) {
    ++stat.batches;
    stat.records += row.records;
    stat.bytes += row.bytes;
    if (row.held) {
      ++stat.held_batches;
      stat.held_records += row.records;
    }
    for (std::size_t i = 0; i < held.size(); ++i) {
      if (!held[i].holds(row.id)) continue;
      ++stat.sinks[i].batches;
      if (row.held) ++stat.sinks[i].held_batches;
      stat.sinks[i].records += row.records;
      stat.sinks[i].bytes += row.bytes;
    }
  });
  if (!read) return cannot_open(path, read.error(), next_step(read.error(), path));
  store->fill(stat);
  for (const char* suffix : {"", "-wal"}) {
    struct stat info {};
    if (::stat((path + suffix).c_str(), &info) == 0) stat.file_bytes += info.st_size;
  }
  return stat;
}

}  // namespace airspool::spool
