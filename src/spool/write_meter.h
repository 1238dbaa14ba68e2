// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <airspool/core/clock.h>

namespace airspool::spool {

// What is written to the disk, as the kernel counts it: by this process (/proc/self/io, write_bytes) and by everybody
// on the file system that a folder lies on (/sys/dev/block/<major>:<minor>/stat, sectors written; absent on file
// systems without a device of their own). Looks at most once a minute. One thread.
class WriteMeter {
 public:
  explicit WriteMeter(std::string process_io = "/proc/self/io", std::string device_stat = {})
      : process_io_(std::move(process_io)), device_stat_(std::move(device_stat)) {}

  // Where the counters of the file system of `folder` stand; empty when there are none.
  static std::string device_stat_of(const std::string& folder);

  void look(BootTime now, WallTime wall);

  struct Written {
    std::optional<std::int64_t> today;   // bytes since the UTC day began, or since the first look if that was later
    std::optional<std::int64_t> a_year;  // at the pace since the first look; nothing in the first ten minutes
  };
  [[nodiscard]] Written by_process() const { return written(process_); }
  [[nodiscard]] Written on_device() const { return written(device_); }

 private:
  struct Counter {
    std::optional<std::int64_t> first, day_began, newest;
  };
  static void count(Counter& counter, std::optional<std::int64_t> value, bool new_day);
  [[nodiscard]] Written written(const Counter& counter) const;

  std::string process_io_;
  std::string device_stat_;
  Counter process_, device_;
  std::optional<BootTime> first_look_;
  BootTime last_look_{};
  std::int64_t day_ = 0;  // since 1970
};

}  // namespace airspool::spool
