// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <airspool/core/clock.h>

namespace airspool::spool {

// What is known of a batch without opening it.
struct BatchHeader {
  std::int64_t id = 0;  // the spool's own number, growing, never used again
  std::string station_id;
  std::string spool_id;
  std::int64_t first_seq = 0;  // seq of its first and last record; contiguous within spool_id
  std::int64_t last_seq = 0;
  std::uint32_t count = 0;  // records in it
  WallTime sealed;
  bool simulated = false;  // at least one record comes from the simulator
};

// Records that travel together: NDJSON (record_codec.h), one zstd frame with checksum. The same bytes lie in SQLite and
// go over MQTT; they never change once the batch may be sent. Shared between threads as shared_ptr<const Batch>.
struct Batch {
  BatchHeader header;
  std::string bytes;
};
using BatchPtr = std::shared_ptr<const Batch>;

}  // namespace airspool::spool
