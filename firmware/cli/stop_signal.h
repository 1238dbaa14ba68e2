// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace airspool::cli {

// Ctrl-C and SIGTERM as a wish to end well: the first one calls `on_stop` from a thread of its own, another one, half a
// second later or more, ends the process on the spot. While it lives the two signals are blocked in the thread that
// made it and in threads made after.
class StopSignal {
 public:
  explicit StopSignal(std::function<void()> on_stop);
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  // The signal that came, or 0.
  [[nodiscard]] int received() const { return received_; }

 private:
  void watch();

  std::function<void()> on_stop_;
  std::atomic<int> received_{0};
  std::thread watcher_;
};

}  // namespace airspool::cli
