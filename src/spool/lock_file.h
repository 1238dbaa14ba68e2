// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <airspool/core/result.h>

namespace airspool::spool {

// Holds flock(2) on `<spool>.lock` for as long as it lives. The kernel lets go of it when the process dies, however it
// dies; the file itself stays, because removing it would let two processes lock two files of one name. It holds the
// process id of its last owner, for the error message, and the names of the last runs: a database that is damaged may
// have lost every trace of one. Not synced: a power cut may cost the names.
class LockFile {
 public:
  // kUnavailable: another process holds it, and still does after `patience`. kPermissionDenied, kNotFound, kIo as the
  // folder has it.
  static Result<LockFile> acquire(const std::string& path, std::chrono::milliseconds patience = {});

  LockFile(LockFile&& other) noexcept;
  LockFile& operator=(LockFile&& other) noexcept;
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;
  ~LockFile();

  // The spool_id of the last runs, oldest first, at most eight.
  [[nodiscard]] const std::vector<std::string>& runs() const { return runs_; }
  void add_run(const std::string& spool_id);

 private:
  explicit LockFile(int descriptor) : descriptor_(descriptor) {}
  void write() const;

  int descriptor_;
  std::vector<std::string> runs_;
};

}  // namespace airspool::spool
