// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/result.h>
#include <airspool/spool/batch.h>
#include <airspool/spool/lease.h>

namespace airspool::spool {

// What a sink gets that the spool has never seen under this name.
enum class StartAt : std::uint8_t { kNow, kOldest };

// What goes first when a sink is behind. kLiveFirst: batches sealed within `SpoolSettings::live_for`, then older ones;
// each of the two lanes in the order of sealing. kOldestFirst: everything in the order of sealing.
enum class LeaseOrder : std::uint8_t { kLiveFirst, kOldestFirst };

// kWriteThrough: on disk, fsynced, before any sink sees it. kSpill: kept in memory, offered at once, and written only
// if some sink has not acknowledged it within `spill_after`, when memory for it (6 MB) is used up, or at the end: a
// power cut loses what is in memory.
enum class Durability : std::uint8_t { kWriteThrough, kSpill };

// What goes first when there is no room. kOldest: whole batches, the oldest first. kThin: every other record of each
// aircraft in the oldest batches, up to three times, and only then whole batches: a coarser track instead of a hole.
enum class WhenFull : std::uint8_t { kOldest, kThin };

struct SinkSettings {
  std::string name;  // delivery state is kept under it
  StartAt from = StartAt::kNow;
  LeaseOrder order = LeaseOrder::kLiveFirst;
  // Records a second at which the backlog is leased: what was sealed longer ago than `SpoolSettings::live_for`. What is
  // live is never slowed down. Empty: as fast as the sink takes it.
  std::optional<double> replay_rate = std::nullopt;
  // Of batches that this sink alone may hold; beyond it, it loses its oldest. 0: max_bytes / number of sinks.
  std::int64_t max_backlog_bytes = 0;
};

// When the system clock is believed. Until it is, batches are stored with boot times and nobody gets them; then each is
// put right once and never changes again. kAuto: when it is synchronised, or was since the boot; or when nothing on the
// machine looks after it and it is behind neither `not_before` nor the newest batch; or `hold_max` after the start.
enum class ClockTrust : std::uint8_t { kAuto, kAlways, kSynced };

struct ClockSettings {
  ClockTrust trust = ClockTrust::kAuto;
  Nanoseconds hold_max = std::chrono::seconds(300);
  WallTime not_before;  // build_time()
  std::string boot_id;  // boot_id(); empty: not known, then each run counts as a boot of its own
};

struct SpoolSettings {
  std::string path;  // the database file; `<path>-wal` and `<path>.lock` lie beside it
  std::string station_id;
  std::vector<SinkSettings> sinks;  // all that are configured
  // How long what a known sink that is not configured any more waited for is still kept: a name that was mistyped can
  // be put right. Counted anew at each opening.
  Nanoseconds release_after = std::chrono::hours(1);
  ClockSettings clock;
  std::int64_t max_bytes = std::int64_t{1} << 30;  // of the database file; at least kMinSpoolBytes
  Durability durability = Durability::kWriteThrough;
  Nanoseconds spill_after = std::chrono::seconds(60);
  Nanoseconds max_age{};           // batches sealed longer ago are given up; 0: however old
  std::int64_t reserve_bytes = 0;  // of the disk, left free for others; the spool keeps kMinSpoolBytes in any case
  WhenFull when_full = WhenFull::kOldest;
  std::size_t batch_records = 500;  // 1..kMaxBatchRecords
  Nanoseconds batch_period = std::chrono::seconds(10);
  // Agrees with the transport's `replay` mark: what is sent later than this after it was sealed is a replay.
  Nanoseconds live_for = std::chrono::seconds(30);
  // Bytes that are free for us on the file system of a folder; nothing when nobody knows. Empty: statvfs(3).
  std::function<std::optional<std::int64_t>(const std::string& folder)> free_bytes;
  // Where the kernel says what was written. Empty: of this process, of the disk that the spool lies on.
  std::string process_io_path;
  std::string device_stat_path;
};
inline constexpr std::int64_t kMinSpoolBytes = std::int64_t{256} << 10;
inline constexpr std::size_t kMaxBatchRecords = 10'000;

// One sink's delivery in numbers.
struct SinkStat {
  std::string name;
  std::int64_t batches = 0;  // not yet acknowledged, those in flight included
  std::int64_t records = 0;
  std::int64_t bytes = 0;
  std::int64_t in_flight = 0;     // batches leased and not settled
  std::int64_t held_batches = 0;  // batches that wait for a clock (SpoolStat)
  std::int64_t max_bytes = 0;     // it may hold; 0: not known (read from the file)
  bool removed = false;           // not configured any more: this is released after SpoolSettings::release_after
  std::int64_t dead_batches = 0;
};

// What was lost, counted over the life of the file. `sink` is empty where no sink was waiting for it.
// Reasons: "quota" (max_bytes), "age" (max_age), "reserve" (reserve_bytes), "backlog" (the sink's max_backlog_bytes),
// "thinned" (when_full = kThin: batches that were thinned, and the records taken from them), "rejected" (dead letters),
// "dead-letter" (rejected ones that are not even kept: too many), "store-failed" (the disk took nothing and memory ran
// out), "spill-lost" (with spill, a sudden end: nobody knows how many, so both numbers are 0), "damaged" (a batch could
// not be read back; with both numbers 0: nobody knows how many, the end of the database or its journal is lost).
struct DropStat {
  std::string sink;
  std::string reason;
  std::int64_t batches = 0;
  std::int64_t records = 0;
};

// What the spool thinks of the clock.
struct ClockStat {
  bool known = false;  // false: read from the file while nobody runs
  ClockState state = ClockState::kSynchronised;
  std::int64_t state_for_s = 0;             // since it became so, or since the start
  bool holding = false;                     // not believed: what is sealed now is held
  std::optional<std::int64_t> hold_left_s;  // until it is believed whatever it says
};

struct SpoolStat {
  std::string path;
  bool running = false;       // from the collector itself; false: read from the file while nobody runs
  std::string spool_id;       // of this run; read from the file: of the last run that stored anything
  std::int64_t last_seq = 0;  // the last one stored under that spool_id
  std::int64_t batches = 0;   // on disk
  std::int64_t records = 0;
  std::int64_t bytes = 0;         // of batches
  std::int64_t held_batches = 0;  // of them: waiting for a clock, so that no sink gets them yet
  std::int64_t held_records = 0;
  ClockStat clock;
  std::optional<WallTime> oldest_sealed;
  std::optional<WallTime> newest_sealed;
  std::int64_t open_records = 0;       // in memory, not sealed yet
  std::int64_t unstored_batches = 0;   // sealed, but the disk does not take them: kept in memory and tried again
  std::int64_t memory_batches = 0;     // with spill: in memory, and not written yet because nothing is wrong
  bool salvaging = false;              // a damaged file is being read, batch by batch
  std::int64_t quarantined_files = 0;  // damaged ones, kept beside the spool (the newest three)
  std::int64_t file_bytes = 0;         // database and WAL as they lie on disk
  std::int64_t max_bytes = 0;          // 0: not known (read from the file)
  std::int64_t dead_batches = 0;
  std::int64_t dead_bytes = 0;
  // Bytes written to disk since the UTC day began (or the collector, if that was later), and in a year at the pace
  // since the collector began: by the whole process, and by everybody on that disk. Nothing where nobody knows.
  std::optional<std::int64_t> written_today;
  std::optional<std::int64_t> written_a_year;
  std::optional<std::int64_t> disk_written_today;
  std::optional<std::int64_t> disk_written_a_year;
  std::vector<SinkStat> sinks;
  std::vector<DropStat> drops;
  std::string last_error;  // empty: the last write went well
};

// One JSON object on one line, without a newline: what `airspool spool stat --json` prints. Times are UTC milliseconds
// (`oldest_sealed_ms`), null where there is none.
std::string to_json(const SpoolStat& stat);

// The durable queue between the sky and the sinks. Records go in, are sealed into batches, stored in SQLite (fsynced
// before anybody sees them, unless `durability` is kSpill), leased to each sink and deleted when no sink holds them. At
// least once: what was stored and not acknowledged is leased again after any kind of death. The format on disk is in
// src/spool/README.md.
//
// Owned and called by one thread (store); every call may block for as long as the disk takes. A loop object: call
// step() a few times a second. Failing writes are no error of a call: batches wait in memory (bounded), are tried
// again, and what is lost at the bound is counted and announced as a `gap`.
class Spool {
 public:
  // Takes the lock, opens or makes the file. A damaged file is moved to `<path>.corrupt-<UTC time>`, a fresh one begun,
  // and what can be read of the damaged one is brought over: at once when it is small, else during the next steps. The
  // same happens when damage is met while it runs. Makes the last folder of the path if only that one is missing.
  // `clock` must outlive the spool. Nothing is written under a new identity before the first batch. Errors: kConfig
  // (settings; path is a folder), kNotFound (folder), kPermissionDenied, kUnavailable (another process holds the
  // spool), kInvalidData (another program's database, or one from a newer Airspool), kIo (disk full).
  static Result<Spool> open(SpoolSettings settings, const Clock& clock);

  // Looks at a spool that nobody runs; changes nothing in it. kUnavailable: a collector holds it, ask that one.
  // Otherwise the errors of open(); kNotFound when there is no spool yet; kInvalidData when it is damaged.
  static Result<SpoolStat> inspect(const std::string& path);

  Spool(Spool&& other) noexcept;
  Spool& operator=(Spool&& other) noexcept;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;
  // Does what flush() does, as far as the disk lets it; then lets go of the lock.
  ~Spool();

  // Puts records into the open batch; seals and stores it when it is full. `spool_id` and `seq` are given at sealing,
  // `station_id` where it is empty.
  void append(Record record);
  void append(std::vector<Record> records);

  // Seals when the batch period is over, tries failed writes again, writes acks that have waited long enough, and
  // answers open lease requests. `now` is Clock::boot_now().
  std::vector<Lease> step(BootTime now);

  // A message of the forward thread: settles at once; a lease request stays open until a step() answers it with at
  // least one batch, or the sink's next request replaces it. Sinks that are not configured are told in the log.
  void handle(StoreRequest request);

  // Seals and stores the open batch, retries what waits, writes all acks. The error, if any, of the disk.
  Result<void> flush();

  // As handle() and step() do it, directly: what the sink may have now; empty when there is nothing. A batch is with a
  // sink at most once until it is settled. Read from disk only here (the newest are still in memory).
  Lease lease(const LeaseRequest& request);
  // Acks are written together with the next batch, or some seconds later: one lost in a crash only means a resend.
  // A settle of a batch that this sink does not hold is ignored.
  void settle(const Settle& settle);

  [[nodiscard]] const std::string& spool_id() const;
  // The last seq of this run that is on disk; 0: none yet. With spill: that is on disk or delivered, like all before
  // it.
  [[nodiscard]] std::int64_t stored_seq() const;
  [[nodiscard]] SpoolStat stat();
  // What `airspool spool` asks while we run: the commands of browse.h, JSON in and out. As SpoolFile::answer().
  Result<std::string> answer(std::string_view command, std::string_view arguments);

 private:
  class Impl;
  explicit Spool(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::spool
