// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::cli {

// Where a command writes its results: standard output, or a file that appears under its name only when it is complete.
// Buffered; no failure is lost: a full disk is an error of write() or commit() at the latest. One thread.
class OutputStream {
 public:
  static OutputStream standard_output();

  // Writes to PATH.part, which commit() renames to PATH and the destructor of an uncommitted stream removes. What is
  // there already and is no regular file (a pipe, a device) is written to directly.
  static Result<OutputStream> create_file(const std::string& path);

  OutputStream(OutputStream&& other) noexcept;
  OutputStream& operator=(OutputStream&&) = delete;
  ~OutputStream();

  // Buffers; hands on when the buffer is full.
  Result<void> write(std::string_view text);
  Result<void> flush();
  // Everything has been written: flushed, for a file also brought to the disk and given its name.
  Result<void> commit();

  // A write failed because whoever read the other end of the pipe has gone. Not a mishap: `| head` does it. The caller
  // must ignore SIGPIPE.
  [[nodiscard]] bool reader_gone() const { return reader_gone_; }

 private:
  OutputStream(int fd, std::string name, std::string part);
  Error failure(int reason) const;

  int fd_;
  std::string name_;  // for messages; for a file its path
  std::string part_;  // what the file is called until commit(); empty = none
  std::string buffer_;
  bool reader_gone_ = false;
};

}  // namespace airspool::cli
