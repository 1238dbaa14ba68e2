// SPDX-License-Identifier: Apache-2.0
#include "write_meter.h"

#include <algorithm>
#include <fstream>

#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace airspool::spool {
namespace {

constexpr Nanoseconds kLookEvery = std::chrono::minutes(1);
constexpr Nanoseconds kLeastTime = std::chrono::minutes(10);
constexpr double kYear_s = 365.25 * 86'400.0;
constexpr std::int64_t kSectorBytes = 512;  // of this file, whatever the disk's own are (Documentation/block/stat)
constexpr int kSectorsWritten = 7;          // its seventh number

std::optional<std::int64_t> process_bytes(const std::string& path) {
  std::ifstream file(path);
  std::string key;
  std::int64_t value = 0;
  while (file >> key >> value) {
    if (key == "write_bytes:") return value;
  }
  return std::nullopt;
}

std::optional<std::int64_t> device_bytes(const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::ifstream file(path);
  std::int64_t value = 0;
  for (int field = 1; file >> value; ++field) {
    if (field == kSectorsWritten) return value * kSectorBytes;
  }
  return std::nullopt;
}

}  // namespace

std::string WriteMeter::device_stat_of(const std::string& folder) {
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) return {};
  std::string path =
      "/sys/dev/block/" + std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev)) + "/stat";
  return stat(path.c_str(), &info) == 0 ? path : std::string();
}

void WriteMeter::look(BootTime now, WallTime wall) {
  if (first_look_ && now - last_look_ < kLookEvery) return;
  if (!first_look_) first_look_ = now;
  last_look_ = now;
  const std::int64_t day = std::chrono::floor<std::chrono::days>(wall).time_since_epoch().count();
  const bool new_day = std::exchange(day_, day) != day;
  count(process_, process_bytes(process_io_), new_day);
  count(device_, device_bytes(device_stat_), new_day);
}

void WriteMeter::count(Counter& counter, std::optional<std::int64_t> value, bool new_day) {
  if (!value) return;
  // A disk that was away comes back with counters that begin anew.
  if (!counter.newest || *value < *counter.newest) counter = {value, value, value};
  if (new_day) counter.day_began = counter.newest;
  counter.newest = value;
}

WriteMeter::Written WriteMeter::written(const Counter& counter) const {
  if (!counter.newest) return {};
  Written written;
  written.today = *counter.newest - *counter.day_began;
  const Nanoseconds time = last_look_ - *first_look_;
  if (time >= kLeastTime) {
    const double pace =
        static_cast<double>(*counter.newest - *counter.first) / std::chrono::duration<double>(time).count();
    written.a_year = static_cast<std::int64_t>(pace * kYear_s);
  }
  return written;
}

}  // namespace airspool::spool
