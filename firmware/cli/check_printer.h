// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/collector/chain_check.h>
#include <airspool/collector/uplink_check.h>

namespace airspool::cli {

// Prints steps of checks as they come, one line each and the next step to take below it. What was printed last is
// remembered: a new part or sink gets its header.
class CheckPrinter {
 public:
  // The newest step of the part or sink.
  void take(const collector::PartCheck& part);
  void take(const collector::SinkCheck& sink);
  // A step that belongs to nothing else.
  static void take(const CheckStep& step) { line(step); }

 private:
  void header(const std::string& text);
  static void line(const CheckStep& step);

  std::string header_;
  std::string target_;
};

}  // namespace airspool::cli
