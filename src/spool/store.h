// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/result.h>
#include <airspool/spool/spool.h>

#include "notice.h"
#include "segments.h"
#include "sqlite.h"

namespace airspool::spool {

inline constexpr std::int64_t kPageBytes = 4096;

struct RunRow {
  std::int64_t id = 0;
  std::string spool_id;
  std::string station_id;
  // Written only when the newest batch of the spool goes: what would otherwise be forgotten with it.
  std::int64_t last_seq = 0;
  std::int64_t last_batch = 0;
  // It kept batches in memory alone and has not ended in order: what follows last_seq may be lost.
  bool spilling = false;
};

// A row of `batch`.
struct BatchRow {
  std::int64_t id = 0;
  std::int64_t run = 0;
  std::int64_t first_seq = 0;
  std::int64_t records = 0;
  std::int64_t sealed_ms = 0;  // UTC; boot time while it is held
  std::int64_t bytes = 0;
  bool simulated = false;
  bool has_notices = false;
  bool held = false;          // its times are not final: not for any sink yet
  int thinned = 0;            // so many times half of its records were given up
  std::int64_t last_seq = 0;  // beyond first_seq + records - 1 once it is thinned
  std::int64_t segment = 0;   // of the clock; 0: from before there were any
};

struct SinkRow {
  std::string name;
  std::int64_t horizon = 0;  // every batch after this one is held
  std::string held;          // and these up to it (IdSet text)
};

// A row of `dead`.
struct DeadRow {
  std::int64_t id = 0;
  BatchRow batch;  // as it was
  RunRow run;      // only its names
  std::int64_t flags = 0;
  std::string sink;
  std::string reason;
  std::int64_t rejected_ms = 0;
};

struct DeadTotals {
  std::int64_t batches = 0;
  std::int64_t bytes = 0;
};

// Of the table `segment`; also of a file that is salvaged.
inline constexpr const char* kSegmentColumns =
    "SELECT id, boot_id, start_boot_ns, end_boot_ns, offset_ns, state FROM segment ORDER BY id";
SegmentRow segment_row(const Query& query);

enum class Purpose : std::uint8_t {
  kRun,   // makes the file, brings an older format up to date
  kLook,  // changes nothing; the file must be there
};

// The spool's file and its rows, without any policy. Whoever changes several rows does it between begin() and commit().
// Rows and columns are explained in README.md. One thread.
class Store {
 public:
  // Opens, makes or refuses the file: settings of the connection, schema, check of a small file.
  // kInvalidData: damaged. kConfig: whole, but not ours, or from a newer program.
  static Result<Store> open(const std::string& path, Purpose purpose);
  // Moves a file and its WAL to another name.
  static Result<void> move(const std::string& from, const std::string& to);

  Result<void> limit_bytes(std::int64_t max_bytes);
  Result<void> begin();
  Result<void> commit();
  void rollback();

  Result<std::optional<RunRow>> newest_run();
  Result<std::optional<RunRow>> run(std::int64_t id);
  Result<std::optional<RunRow>> run_of(std::string_view spool_id);
  Result<std::int64_t> first_run();  // the smallest id; 1 when there is none
  Result<void> insert_run(const RunRow& row, std::int64_t opened_ms);
  Result<void> remember_last(std::int64_t run, std::int64_t last_seq, std::int64_t last_batch);
  Result<void> end_run(std::int64_t run);  // it is not spilling any more
  Result<void> forget_empty_runs();

  Result<void> insert_batch(const BatchRow& row, std::string_view bytes);
  // The final form of a held batch. Does nothing when it is gone or final already.
  Result<void> finish_batch(std::int64_t id, std::int64_t sealed_ms, std::string_view bytes);
  Result<std::optional<BatchRow>> oldest_batch();
  Result<std::optional<BatchRow>> newest_batch();
  Result<std::optional<BatchRow>> batch(std::int64_t id);
  Result<std::optional<std::string>> body(std::int64_t id);
  Result<void> each_batch(const std::function<void(const BatchRow&)>& visit);  // in the order of ids
  // The oldest of the batches after `after` up to `up_to` that was thinned fewer than `times` times and is not held.
  Result<std::optional<BatchRow>> next_to_thin(std::int64_t after, std::int64_t up_to, int times);
  // The id of the batch that `rank` others are older than.
  Result<std::optional<std::int64_t>> batch_at(std::int64_t rank);
  // Fewer records in the same place: `row` and its body.
  Result<void> replace_batch(const BatchRow& row, std::string_view bytes);
  // With its body, and with the notices that it carries, which thereby are delivered.
  Result<void> remove_batch(std::int64_t id);

  Result<std::vector<SegmentRow>> segments();  // in the order of ids
  Result<void> save_segment(const SegmentRow& row);
  Result<void> remove_segment(std::int64_t id);

  Result<std::vector<SinkRow>> sinks();
  Result<void> save_sink(const SinkRow& row);
  Result<void> remove_sink(std::string_view name);

  Result<std::vector<Notice>> pending_notices(std::int64_t limit);
  // `batch` now carries it. One that has grown since it was printed stays pending.
  Result<void> carry(const Notice& notice, std::int64_t batch);
  // It was told. One that has grown since stays pending.
  Result<void> forget_notice(const Notice& notice);
  // A gap that continues one which nobody was told of yet makes that one longer, so that days at the quota are one row.
  Result<void> announce_gap(std::string_view spool_id, std::int64_t from, std::int64_t to, std::string_view reason);
  // The batch that carries them will not arrive everywhere: they are pending again.
  Result<void> recall_notices(std::int64_t batch);

  Result<void> insert_dead(const BatchRow& row, const RunRow& run, std::string_view bytes, std::string_view sink,
                           std::string_view reason, std::int64_t now_ms);
  // Counted as "dead-letter". False: there is none.
  Result<bool> is_dead(std::int64_t batch, std::string_view sink);
  Result<bool> remove_oldest_dead();
  Result<DeadTotals> dead_totals();
  Result<std::vector<SinkStat>> dead_by_sink();  // name and dead_batches

  // For people who look (store_browse.cpp): rows with a greater id, in the order of ids.
  Result<std::vector<BatchRow>> batches_after(std::int64_t id, std::int64_t limit);
  Result<std::vector<DeadRow>> dead_after(std::int64_t id, std::int64_t limit);
  Result<std::optional<std::string>> dead_body(std::int64_t id);
  // The letter becomes the batch `id` again, with `bytes`, its own.
  Result<void> revive(const DeadRow& dead, std::int64_t id, std::string_view bytes);
  // What is wrong with the file, "ok" if nothing. Reads all of it.
  Result<std::string> check();

  Result<void> count_drop(std::string_view sink, std::string_view reason, std::int64_t batches, std::int64_t records);
  Result<std::vector<DropStat>> drops();
  // What only the file knows: age of its batches, drops, dead letters by sink. What cannot be read stays as it is.
  void fill(SpoolStat& stat);

  struct Pages {
    std::int64_t in_file = 0;
    std::int64_t unused = 0;  // of these
    std::int64_t most = 0;    // that limit_bytes allows
  };
  Result<Pages> pages();
  // Gives unused pages at the end of the file back to the file system, some at a time.
  Result<void> shrink(std::int64_t keep_free_pages, std::int64_t at_most_pages);
  // Brings the WAL into the file: only then does a file that shrank give its space back.
  Result<void> checkpoint();
  // The same, and the WAL is an empty file afterwards.
  Result<void> empty_wal();

 private:
  Result<void> prepare();
  Result<std::int64_t> run_for(const RunRow& run);

  Database database_;
  std::int64_t max_pages_ = 0;

  Statement begin_, commit_, rollback_;
  Statement newest_run_, run_, insert_run_, remember_last_;
  Statement insert_batch_, insert_body_, oldest_batch_, newest_batch_, batch_, body_, remove_batch_, remove_body_,
      remove_notices_, update_batch_, update_body_;
  Statement finish_batch_, save_segment_;
  Statement save_sink_;
  Statement pending_notices_, carry_, insert_notice_, covering_gap_, extend_gap_, recall_;
  Statement insert_dead_, remove_dead_, dead_totals_;
  Statement count_drop_;
  Statement page_count_, freelist_count_;
};

}  // namespace airspool::spool
