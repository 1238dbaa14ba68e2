// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

#include <airspool/core/clock.h>

namespace airspool::uplink::kafka {

// librdkafka's log lines into ours, so few a minute that a broker which is away for a night does not fill the journal;
// how many were left out is said with the next one. One thread.
class LibraryLog {
 public:
  explicit LibraryLog(std::string sink) : sink_(std::move(sink)) {}

  // `level` as syslog has it (RFC 5424); `facility` and `text` are librdkafka's.
  void write(int level, const std::string& facility, const std::string& text, BootTime now);

 private:
  std::string sink_;
  BootTime minute_;
  int written_ = 0;
  int left_out_ = 0;
};

}  // namespace airspool::uplink::kafka
