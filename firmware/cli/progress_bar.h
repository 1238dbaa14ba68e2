// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include <airspool/core/clock.h>

namespace airspool::cli {

// How far a replay has come, in one line on stderr that is redrawn at most ten times a second and gone when the bar is.
// Shows nothing where stderr is no terminal.
class ProgressBar {
 public:
  // `total_s`: length of the signal, when it is known beforehand.
  explicit ProgressBar(std::optional<double> total_s);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { clear(); }

  void update(double done_s, std::uint64_t frames);
  // Takes the line away, so that a message may be printed.
  void clear();

 private:
  SystemClock clock_;
  bool enabled_;
  std::optional<double> total_s_;
  BootTime started_;
  BootTime drawn_{};
  bool visible_ = false;
};

}  // namespace airspool::cli
