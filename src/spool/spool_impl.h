// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <airspool/spool/batch_codec.h>
#include <airspool/spool/browse.h>
#include <airspool/spool/spool.h>

#include "delivery.h"
#include "lock_file.h"
#include "open_batch.h"
#include "rescue.h"
#include "segments.h"
#include "store.h"
#include "timeline.h"
#include "write_meter.h"

namespace airspool::spool {

std::string folder_of(const std::string& path);
BatchRow row_of(const BatchHeader& header, std::size_t bytes);
std::int64_t pages_needed(std::int64_t bytes);  // for a batch of this size and what goes with it
std::optional<std::uint64_t> device_of(const std::string& path);

// The policy between the open batch, the file and the sinks. What is in memory changes only after the transaction that
// says the same on disk; acks are the exception, because one that is lost only means a resend.
// spool_open.cpp: opening. spool_write.cpp: the one transaction. spool_room.cpp: what goes when there is no room.
// spool_memory.cpp: batches on the way to the disk. spool_lease.cpp: the sinks. spool_clock.cpp: held batches and the
// calendar. spool.cpp: the rest.
class Spool::Impl {
 public:
  Impl(SpoolSettings settings, const Clock& clock, LockFile lock, Store store, OpenBatch open);

  // Sinks, totals and the last run from the file.
  Result<void> load();
  // Takes over what can be read of a damaged file that lies aside: begins it, and finishes it when it is small.
  void salvage_at_opening();
  // Before load(): the end of the WAL could not be read.
  void wal_was_cut() { wal_cut_ = true; }
  void close_store() { store_ = Store(); }              // after a load() that failed
  void note_runs();                                     // after load()
  Result<void> replace_at_opening(const Error& error);  // after a load() that failed

  void append(Record record);
  std::vector<Lease> step(BootTime now);
  void handle(StoreRequest request);
  Result<void> flush();
  void end();  // flush, and say in the file that this was no accident
  Lease lease(const LeaseRequest& request);
  void settle(const Settle& settle);
  [[nodiscard]] const std::string& spool_id() const { return open_.spool_id(); }
  [[nodiscard]] std::int64_t stored_seq() const { return spilling() ? safe_seq() : stored_seq_; }
  [[nodiscard]] SpoolStat stat();
  Result<std::string> answer(std::string_view command, std::string_view arguments);

 private:
  struct Rejected {
    std::int64_t id = 0;
    BatchSize size;
    std::string sink;
    std::string reason;
    BatchPtr batch;  // when it is in memory only
  };
  // Sealed and not on disk. With spill the sinks hold it already.
  struct Waiting {
    BatchPtr batch;
    BootTime sealed;
    Segment segment;              // of the clock; when it is held, the bytes are held_text
    std::vector<Notice> notices;  // printed in it
    bool carries_start = false;   // one of them begins the run

    [[nodiscard]] BatchSize size() const {
      return {batch->header.count, static_cast<std::int64_t>(batch->bytes.size())};
    }
  };
  enum class Due : std::uint8_t { kNow, kAll };
  struct Delivered {
    std::int64_t id = 0;
    BatchSize size;
  };
  // A batch stored a short while ago: what is live, with its bytes as long as there is room for them.
  struct Recent {
    std::int64_t id = 0;
    BootTime sealed;
    BatchPtr batch;
  };
  struct Released {
    std::string sink;
    std::int64_t id = 0;
    BatchSize size;
  };
  struct Thinned {
    std::int64_t id = 0;
    BatchSize from;
    BatchSize to;
  };
  // What a transaction has done beyond what was asked of it; true when it is committed.
  struct Changes {
    std::vector<Delivered> evicted;
    std::vector<Released> released;  // a sink gave it up, whoever else may hold it
    std::vector<Thinned> thinned;
    std::string why;             // the last reason for an eviction
    bool reserve_short = false;  // the disk has less free space than the reserve
    DeadTotals dead;
  };

  // spool_open.cpp
  Result<void> load_run();
  Result<void> announce_spill_lost();
  Result<void> announce_wal_cut();
  Result<void> announce_unknown_runs();
  Result<void> load_deliveries(std::vector<SinkRow> known);

  // spool_clock.cpp
  // The final form of a held batch.
  struct Finished {
    BatchRow row;
    WallTime sealed;
    std::string bytes;
  };
  Result<void> load_segments();
  void meet(const BatchRow& row);
  Result<void> start_clock();
  Result<void> adopt_segments(const std::vector<SegmentRow>& rows);
  void ensure_clock();
  void say_that_times_are_held() const;
  void watch_clock(BootTime now);
  void finish_some_held(BootTime now);
  Result<void> place_segments();
  Result<void> finish_held();
  Result<Finished> finished(const BatchRow& row);
  [[nodiscard]] Calendar calendar_of(const BatchRow& row) const;
  Result<void> store_segment(const Waiting& waiting);
  void segment_stored(const Waiting& waiting);

  // spool_write.cpp
  Result<void> write(const Waiting* waiting);
  Result<void> write_rows(const Waiting* waiting, Changes& changes);
  Result<void> bury(const Rejected& rejected);
  Result<void> insert(const Waiting& waiting);
  Result<void> remember_last();
  Result<void> remember_run();
  Result<void> save_sinks(std::int64_t horizon, const Changes& changes);
  void apply(const Waiting* waiting, const Changes& changes);
  void apply_changes(const Changes& changes);
  void forget(std::int64_t id, BatchSize size);
  void drop_recent(std::int64_t id);
  [[nodiscard]] std::int64_t pages_for(const Waiting* waiting) const;
  [[nodiscard]] bool newest_goes(const Changes& changes) const;

  // spool_damage.cpp
  void note(const Result<void>& written);
  void mend(BootTime now);
  void replace_damaged();
  void remember_wanted();
  void reopen();
  void apply_doubtful();
  void mend_now();
  void adopt();
  void begin_salvage();
  Result<void> learn_previous_run(Salvage& source);
  void salvage_slice();
  Result<void> bring_over(std::int64_t id, Rescue::Progress& at, Changes& changes);
  Result<void> bring_over_dead(Rescue::Progress& at, Changes& changes);
  Result<void> announce_rest(const Rescue::Progress& at);
  Result<void> pass_known(const BatchRow& row, const std::string& spool_id, Rescue::Progress& at);
  Result<void> announce_hole(const Rescue::Progress& at, const BatchRow& next, const std::string& spool_id);
  Result<std::int64_t> run_for(const Salvage::Piece& piece);

  // spool_browse.cpp
  [[nodiscard]] std::vector<std::string> waiting_for(std::int64_t batch) const;
  Result<Requeued> requeue_dead(const RequeueRequest& request);

  // spool_room.cpp
  Result<void> make_room(std::int64_t pages, Changes& changes);
  Result<void> drop_aged(Changes& changes);
  Result<void> limit_backlogs(std::int64_t coming_bytes, Changes& changes);
  Result<void> give_up_hold(const Delivery& sink, const BatchRow& row, Changes& changes);
  Result<bool> thin_one(Changes& changes);
  Result<bool> thin(const BatchRow& row, Changes& changes);
  Result<void> evict(const BatchRow& row, std::string_view reason, Changes& changes);
  Result<void> announce_missing(const BatchRow& row, std::string_view reason);
  Result<void> limit_dead(Changes& changes);
  [[nodiscard]] std::int64_t allowed_pages(const Store::Pages& pages, Changes& changes) const;
  [[nodiscard]] WallTime believed_now() const;

  // spool_memory.cpp
  void seal();
  void stored_front();
  std::vector<Notice> notices_to_print();
  void remember_previous();
  Result<void> store_waiting(Due due);
  Result<void> write_acks();
  void limit_waiting();
  void drop_waiting();
  void lose(std::int64_t from, std::int64_t to);
  void drop_delivered(std::int64_t id);
  void expire_recent(BootTime now);
  [[nodiscard]] bool is_due(const Waiting& waiting) const;
  [[nodiscard]] BatchPtr in_memory(std::int64_t id) const;
  [[nodiscard]] std::int64_t live_from(BootTime now);  // the id of the first batch that is live
  [[nodiscard]] std::int64_t safe_seq() const;

  [[nodiscard]] bool spilling() const { return settings_.durability == Durability::kSpill; }
  [[nodiscard]] bool mark_is_due(BootTime now) const;
  void release_removed();

  // spool_lease.cpp
  void reject(Rejected rejected);
  void recall_notices(Waiting& rejected);
  void drop_damaged(const BatchRow& row);
  Result<BatchPtr> read(const BatchRow& row);
  Delivery* find(std::string_view sink);
  [[nodiscard]] bool held_by_any(std::int64_t id) const;

  SpoolSettings settings_;
  const Clock& clock_;
  LockFile lock_;  // let go of after the store is closed: members die from the last to the first
  Store store_;
  OpenBatch open_;

  // Set by start_clock, before anything else happens.
  std::optional<Timeline> timeline_;
  BootTime watched_{};
  Segments segments_;              // those that are on disk
  IdSet held_;                     // batches on disk whose times are not final
  std::int64_t held_records_ = 0;  // in them

  std::vector<Delivery> sinks_;
  std::map<std::string, LeaseRequest, std::less<>> requests_;  // open ones, by sink

  std::int64_t next_batch_ = 1;  // the id that the next sealed batch gets
  // The newest batch on disk, and the run it belongs to.
  std::int64_t last_batch_ = 0;
  RunRow last_run_;            // that stored anything; ours once our first batch is stored
  std::int64_t last_seq_ = 0;  // of last_run_
  std::string previous_run_;   // before ours, and its last seq: what our `start` names
  std::int64_t previous_seq_ = 0;
  std::optional<WallTime> newest_seal_;  // with final times, as the file had it when it was opened
  BootTime newest_seal_known_{};
  std::int64_t stored_seq_ = 0;
  std::int64_t run_ = 1;  // our number in the table `run`
  bool run_stored_ = false;
  bool start_printed_ = false;
  bool ending_ = false;
  std::int64_t marked_seq_ = 0;  // with spill: what the run's row says
  BootTime marked_at_{};

  std::int64_t batches_ = 0;
  BatchSize total_;
  DeadTotals dead_;

  std::deque<Waiting> waiting_;  // in the order of seq
  std::size_t waiting_bytes_ = 0;
  BootTime retry_at_{};
  bool failing_ = false;  // the last write or read went wrong
  bool read_failed_ = false;
  bool damaged_ = false;
  bool wal_cut_ = false;  // until what that may have cost is announced
  bool store_open_ = true;
  int failures_ = 0;  // since the last success, or since the connection is a new one
  int reopened_ = 0;  // since the last success
  BootTime mend_at_{};
  Changes doubtful_;  // of the last write that failed
  std::optional<std::uint64_t> folder_device_;
  std::vector<std::pair<std::string, IdSet>> wanted_;  // by sink, when the file was given up
  bool wanted_known_ = false;
  std::unique_ptr<Rescue> rescue_;
  std::int64_t quarantined_ = 0;
  WriteMeter meter_;
  BootTime opened_at_{};
  std::string last_error_;
  std::vector<Notice> untold_;        // gaps that are not in the file yet
  std::int64_t dropped_batches_ = 0;  // of `store-failed`, not yet in the table
  std::int64_t dropped_records_ = 0;

  // Settled since the last transaction.
  std::int64_t acks_ = 0;
  BootTime first_ack_{};
  std::vector<Delivered> delivered_;  // nobody holds them any more
  std::vector<std::string> forgotten_sinks_;
  std::vector<Notice> told_;   // printed in batches that were delivered without ever being stored
  std::vector<Notice> again_;  // printed in batches that were rejected from memory, and not in the file
  std::vector<Rejected> rejected_;

  std::optional<BatchEncoder> thin_encoder_;     // made when it is needed
  std::array<std::int64_t, 4> thinned_up_to_{};  // by how often: no batch before it is left to thin

  std::deque<Recent> recent_;
  std::size_t recent_bytes_ = 0;
};

}  // namespace airspool::spool
