// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace airspool::test {

// The disk under SQLite, with the faults of a disk. A layer between SQLite and the real files: while it lives it is
// SQLite's default file system (sqlite3_vfs_register), so the code under test opens its database as always. Only what
// SQLite does passes through here: locks, renames and questions about free space go to the real folder.
//
// It refuses what the spool must not need: shared memory (a -shm file) and memory mapping.
// One at a time in a process. Its functions may be called from any thread.
class FaultDisk {
 public:
  // What happens to a file, told before it happens.
  enum class Operation : std::uint8_t { kOpen, kRead, kWrite, kTruncate, kSync, kRemove };
  enum class Part : std::uint8_t { kDatabase, kWal, kOther };  // by the end of the file's name

  enum class State : std::uint8_t {
    kHealthy,
    kReadOnly,  // remounted read-only: writes fail (EROFS), an open for writing gets a file that can only be read
    kFailing,   // every operation fails (EIO)
    kGone,      // unplugged: none can be opened, and files that were open stay beyond use, also when it is back
  };

  struct Written {
    std::int64_t bytes = 0;  // as SQLite wrote them; the file system adds its own
    std::int64_t writes = 0;
    std::int64_t syncs = 0;
  };

  // `seed` decides what a power cut leaves behind. `power_cuts` false saves the memory and the reads that it takes to
  // know what is not durable yet.
  explicit FaultDisk(std::uint64_t seed = 1, bool power_cuts = true);
  ~FaultDisk();
  FaultDisk(const FaultDisk&) = delete;
  FaultDisk& operator=(const FaultDisk&) = delete;

  void set_state(State state);
  // Free space in bytes: a write that makes a file longer takes from it and fails with "disk full" (ENOSPC) beyond it;
  // a write in place needs none; truncating and deleting give back. Nothing: without bound.
  void set_free_bytes(std::optional<std::int64_t> bytes);
  // After so many more writes each one fails: with ENOSPC, or with EIO. Nothing: none fails.
  void fail_writes_after(std::optional<std::int64_t> writes, bool disk_full);
  // Reads that touch this range of the file fail (EIO): a bad sector. An empty range mends it.
  void fail_reads(Part part, std::int64_t from, std::int64_t to);

  // From here on every operation fails, and the real files hold what a power cut leaves: of the writes, extensions and
  // truncations since each file's last sync, seeded: none, a prefix with a torn end, any selection of sectors (512
  // bytes) of them, or all. A file that was never synced may be missing. (The order of two files' deletion is not
  // modelled.)
  void cut_power();
  // Operations work again. Files that were open stay beyond use: open them anew.
  void restore_power();

  // The next sync waits until release_stall() is called; then it goes on and succeeds. A test waits for the moment with
  // wait_for_stall(): false when none came within the time.
  void stall_next_sync();
  [[nodiscard]] bool wait_for_stall(std::chrono::milliseconds limit);
  void release_stall();

  [[nodiscard]] Written written(Part part) const;
  [[nodiscard]] Written written() const;  // all parts

  // Called before each operation, with no lock held: a place to kill the process, or to cut the power. Set it while
  // nobody uses the disk.
  void watch(std::function<void(Operation, Part)> watcher);

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace airspool::test
