// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <limits>
#include <string>

namespace airspool::test {

// Private memory of a process in bytes: anonymous pages that are resident (proc(5), RssAnon).
inline std::int64_t private_bytes(const std::string& process = "self") {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string word; status >> word;) {
    if (word == "RssAnon:") {
      std::int64_t kib = 0;
      status >> kib;
      return kib * 1024;
    }
    status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

}  // namespace airspool::test
