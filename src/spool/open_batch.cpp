// SPDX-License-Identifier: Apache-2.0
#include "open_batch.h"

#include <utility>

#include <airspool/spool/record_codec.h>

#include "held_text.h"
#include "spool_id.h"

namespace airspool::spool {

OpenBatch::OpenBatch(std::string station_id, std::string spool_id, BatchEncoder encoder)
    : station_id_(std::move(station_id)), spool_id_(std::move(spool_id)), encoder_(std::move(encoder)) {}

Result<OpenBatch> OpenBatch::create(std::string station_id, std::size_t expected_records) {
  auto spool_id = random_spool_id();
  if (!spool_id) return tl::unexpected(spool_id.error());
  auto encoder = BatchEncoder::create();
  if (!encoder) return tl::unexpected(encoder.error());
  OpenBatch batch(std::move(station_id), std::move(*spool_id), std::move(*encoder));
  batch.records_.reserve(expected_records);
  return batch;
}

void OpenBatch::add(Record record, BootTime now) {
  if (records_.empty()) since_ = now;
  records_.push_back(std::move(record));
}

Result<SealedBatch> OpenBatch::seal(const std::vector<Notice>& notices, const Segment& segment, BootTime now) {
  SealedBatch sealed;
  sealed.sealed = now;
  sealed.segment = segment;
  sealed.notices = notices;
  BatchHeader& header = sealed.header;
  header.station_id = station_id_;
  header.spool_id = spool_id_;
  header.first_seq = next_seq_;
  header.count = static_cast<std::uint32_t>(records_.size());
  // Whole milliseconds, as the file keeps it, so that a batch has the same header before and after a restart.
  header.sealed = std::chrono::floor<std::chrono::milliseconds>(segment.calendar.at(now));

  text_.clear();
  for (const Notice& notice : sealed.notices) append_notice(text_, notice, station_id_);
  for (Record& record : records_) {
    record.spool_id = spool_id_;
    record.seq = next_seq_++;
    if (record.station_id.empty()) record.station_id = station_id_;
    if (record.source == RecordSource::kSim) header.simulated = true;
    if (segment.held) {
      append_held(text_, record);
    } else {
      append_ndjson(text_, record, segment.calendar);
    }
  }
  header.last_seq = next_seq_ - 1;
  records_.clear();

  auto bytes = encoder_.encode(text_);
  if (!bytes) return tl::unexpected(bytes.error());
  sealed.bytes = std::move(*bytes);
  return sealed;
}

}  // namespace airspool::spool
