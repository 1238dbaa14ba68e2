// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace airspool::spool {

// What a write-ahead log that a killed process left behind says of its own end. SQLite takes the first frame whose
// checksum does not fit for the end of the log and drops all that follows, without a word.
struct WalEnd {
  // Frames were lost, or may have been: the header does not fit, or behind the last commit stand frames that belong to
  // this log. A transaction that was being written when the power went or the process was killed looks the same as a
  // committed one that was damaged afterwards.
  bool suspicious = false;
  std::int64_t committed = 0;  // frames up to the last commit that can be read
  std::int64_t behind = 0;     // frames behind it that are not left over from an earlier round of the log
};

// Reads the file `path` once, a frame at a time, and changes nothing. No file, an empty one, or one that cannot be
// opened: nothing suspicious, SQLite has its own words for the last. Format: SQLite's file format, section 4.
WalEnd check_wal(const std::string& path);

}  // namespace airspool::spool
