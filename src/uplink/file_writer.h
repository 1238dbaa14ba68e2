// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/spool/batch.h>

namespace airspool::uplink {

struct FileTrouble {
  std::string reason;  // a sentence with the next step
  std::string cause;   // one word for counters
};

// Appends batches to the one open file of a folder; each append is durable when it returns. Blocks as long as the disk
// does. One thread owns it.
class FileWriter {
 public:
  FileWriter(std::filesystem::path folder, std::chrono::seconds rotate_after, std::uint64_t rotate_bytes);
  // Completes the open file.
  ~FileWriter();
  FileWriter(const FileWriter&) = delete;
  FileWriter& operator=(const FileWriter&) = delete;

  // Makes the folder if need be, and completes what a crash left in it.
  std::optional<FileTrouble> prepare();
  // All of them or none; with none it only tries whether a file can be opened.
  std::optional<FileTrouble> append(const std::vector<spool::BatchPtr>& batches, WallTime wall, BootTime boot);
  // Completes the file when it is old enough.
  std::optional<FileTrouble> rotate_if_due(BootTime boot);

  [[nodiscard]] std::optional<BootTime> opened() const { return fd_ < 0 ? std::nullopt : std::optional(opened_); }

 private:
  std::optional<FileTrouble> open_part(WallTime wall, BootTime boot);
  std::optional<FileTrouble> write_all(const std::vector<spool::BatchPtr>& batches);
  std::optional<FileTrouble> complete();
  [[nodiscard]] std::optional<FileTrouble> recover();
  [[nodiscard]] std::optional<FileTrouble> sync_folder() const;
  [[nodiscard]] FileTrouble trouble(int number, const std::string& doing) const;
  [[nodiscard]] bool part_is_in_place() const;
  void abandon();

  const std::filesystem::path folder_;
  const std::chrono::seconds rotate_after_;
  const std::uint64_t rotate_bytes_;
  int fd_ = -1;
  std::filesystem::path part_;
  std::uint64_t durable_ = 0;  // bytes of the open file that are on the disk
  BootTime opened_;
};

}  // namespace airspool::uplink
