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
  std::int64_t bytes = 0;      // of the file, up to there
};

// Reads the file `path` once, a frame at a time, and changes nothing. No file, an empty one, or one that cannot be
// opened: nothing suspicious, SQLite has its own words for the last. Format: SQLite's file format, section 4.
WalEnd check_wal(const std::string& path);

// Cuts off the frames behind the last commit, which SQLite would never read: those that a transaction of our own left
// when it failed (a full disk). At the next start they would look like damage. `before` is how the log was before that;
// one that was not whole, or that now shows less of what was committed (a bad sector), is left alone. Nobody may have
// the database open.
void cut_behind_last_commit(const std::string& path, const WalEnd& before);

}  // namespace airspool::spool
