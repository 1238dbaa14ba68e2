// SPDX-License-Identifier: Apache-2.0
#include "kafka_log.h"

#include <airspool/core/log.h>

namespace airspool::uplink::kafka {
namespace {

constexpr int kLinesAMinute = 5;
constexpr std::chrono::minutes kMinute{1};
constexpr int kWarning = 4;  // RFC 5424

}  // namespace

void LibraryLog::write(int level, const std::string& facility, const std::string& text, BootTime now) {
  // What these say of connections, the sink says itself, once.
  const bool said_elsewhere = facility == "FAIL" || facility == "ERROR";
  if (level > kWarning || said_elsewhere) {
    log::debug("uplink", "librdkafka: " + text, {{"sink", sink_}, {"facility", facility}});
    return;
  }
  if (now - minute_ >= kMinute) {
    minute_ = now;
    written_ = 0;
  }
  if (written_ >= kLinesAMinute) {
    ++left_out_;
    return;
  }
  ++written_;
  std::string line = "librdkafka: " + text;
  if (left_out_ > 0) line += " (" + std::to_string(left_out_) + " lines before this one were left out)";
  left_out_ = 0;
  log::warning("uplink", line, {{"sink", sink_}, {"facility", facility}});
}

}  // namespace airspool::uplink::kafka
