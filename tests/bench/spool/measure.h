// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

namespace airspool::bench {

// Seconds of CPU that this thread has used: what else the machine does changes it little.
inline double cpu_s() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// Memory that is ours alone, kB: without the pages of files, which the kernel may take back.
inline std::int64_t rss_anon_kb() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssAnon:")) return std::stoll(line.substr(8));
  }
  return -1;
}

// Bytes that the block device under a folder has been given to write since the machine started; -1 where there is none.
inline std::int64_t device_bytes(const std::string& folder) {
  struct stat info {};
  if (stat(folder.c_str(), &info) != 0) return -1;
  std::ifstream file("/sys/dev/block/" + std::to_string(major(info.st_dev)) + ":" + std::to_string(minor(info.st_dev)) +
                     "/stat");
  std::int64_t field = -1;
  for (int i = 0; i < 7; ++i) {  // the seventh: sectors of 512 bytes written
    if (!(file >> field)) return -1;
  }
  return field * 512;
}

// Everything that the file system still keeps to itself.
inline void sync_file_system(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::syncfs(fd);
  ::close(fd);
}

}  // namespace airspool::bench
