// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/result.h>

#include "sqlite.h"
#include "store.h"

namespace airspool::spool {

// A damaged spool file, read row by row: what cannot be read is left out, and nothing stops the rest. The file lies
// aside and nobody else has it open. One thread.
class Salvage {
 public:
  // A file whose first page (header and list of tables) is beyond reading gets that of `fresh`, a spool file of this
  // program: all have their tables on the same pages. Its own first page is kept in `<path>.page1`.
  static Result<Salvage> open(const std::string& path, const std::string& fresh);

  // The small tables. Empty where they cannot be read.
  [[nodiscard]] std::vector<RunRow> runs();
  [[nodiscard]] std::optional<std::vector<SinkRow>> sinks();
  [[nodiscard]] std::vector<SegmentRow> segments();  // in the order of ids
  [[nodiscard]] std::vector<Notice> notices();
  [[nodiscard]] std::vector<DropStat> drops();
  [[nodiscard]] std::optional<BatchRow> newest_batch();
  // No batch has a greater id; 0: none was found.
  [[nodiscard]] std::int64_t last_id() const { return last_id_; }

  // The first id from `id` on that may be a batch.
  [[nodiscard]] std::optional<std::int64_t> next_id(std::int64_t id);

  struct Piece {
    bool found = false;                // something is there, readable or not
    std::optional<BatchRow> row;       // its header, if need be made of its records
    RunRow run;                        // only the names; empty when nobody knows
    std::optional<std::string> bytes;  // whole, the checksum fits
  };
  Piece read(std::int64_t id);

  struct DeadLetter {
    BatchRow row;
    RunRow run;
    std::string sink, reason, bytes;
    std::int64_t rejected_ms = 0;
  };
  // Dead letters with greater ids than `after`, which moves on; nothing: no more can be read.
  std::optional<DeadLetter> next_dead(std::int64_t& after);

 private:
  bool prepare();
  static Result<std::optional<std::int64_t>> first_from(Statement& statement, std::int64_t id);
  std::optional<std::int64_t> first_beyond_damage(Statement& statement, std::int64_t id);

  Database database_;
  Statement batch_, body_, next_batch_, next_body_;
  std::vector<RunRow> runs_;
  std::int64_t last_id_ = 0;
  int barren_ = 0;  // ids in a row that were looked at because of damage, in vain
};

// What a batch's own records say of it: header and run. Nothing when there are none.
struct ToldByRecords {
  BatchRow row;
  RunRow run;
};
std::optional<ToldByRecords> told_by_records(std::string_view ndjson);

}  // namespace airspool::spool
