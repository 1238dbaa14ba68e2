// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/result.h>
#include <airspool/spool/batch.h>
#include <airspool/spool/batch_codec.h>

#include "notice.h"
#include "timeline.h"

namespace airspool::spool {

// A batch that is finished and has no id yet.
struct SealedBatch {
  BatchHeader header;
  std::string bytes;
  BootTime sealed;
  Segment segment;              // when it is held, `bytes` are held_text and `header.sealed` is a guess
  std::vector<Notice> notices;  // printed in it
};

// The records since the last batch, and the run's identity. Sealing gives them their seq. One thread.
class OpenBatch {
 public:
  static Result<OpenBatch> create(std::string station_id, std::size_t expected_records);

  [[nodiscard]] const std::string& spool_id() const { return spool_id_; }
  [[nodiscard]] std::size_t size() const { return records_.size(); }
  // When its first record came.
  [[nodiscard]] BootTime since() const { return since_; }

  // The seq that the next sealed record gets.
  [[nodiscard]] std::int64_t next_seq() const { return next_seq_; }

  void add(Record record, BootTime now);
  // Notices first, then the records, all with the calendar of `segment`. Empties the open batch, also when it fails
  // (kInternal): the seq are used up then.
  Result<SealedBatch> seal(const std::vector<Notice>& notices, const Segment& segment, BootTime now);
  [[nodiscard]] BatchEncoder& encoder() { return encoder_; }

 private:
  OpenBatch(std::string station_id, std::string spool_id, BatchEncoder encoder);

  std::string station_id_;
  std::string spool_id_;
  BatchEncoder encoder_;
  std::vector<Record> records_;
  std::string text_;  // kept for its memory
  BootTime since_{};
  std::int64_t next_seq_ = 1;
};

}  // namespace airspool::spool
