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
  std::int64_t first_seq = 0;  // it was sealed with the records first_seq..last_seq of spool_id
  std::int64_t last_seq = 0;
  std::uint32_t count = 0;  // records in it: all of these, or fewer once it is thinned
  int thinned = 0;          // so many times half of its records were given up for want of room
  WallTime sealed;
  bool simulated = false;  // at least one record comes from the simulator
};

// What a batch is called outside: "<spool_id>-<first_seq>", and "-thinned<n>" behind it once it was thinned. The bytes
// under one name never change.
std::string name_of(const BatchHeader& header);

// Records that travel together: NDJSON (record_codec.h), one zstd frame with checksum. The same bytes lie in SQLite and
// go over MQTT; see name_of for when they may change. Shared between threads as shared_ptr<const Batch>.
struct Batch {
  BatchHeader header;
  std::string bytes;
};
using BatchPtr = std::shared_ptr<const Batch>;

}  // namespace airspool::spool
