// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>

namespace airspool {

// A thread's sign of life, as often as it goes round its loop; another thread looks whether it moves. Two relaxed
// stores: nothing in a hot path. One thread beats, any may read.
class Heartbeat {
 public:
  struct Reading {
    std::uint32_t beats = 0;
    bool resting = false;
  };

  void beat() {
    beats_.store(beats_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    resting_.store(false, std::memory_order_relaxed);
  }
  // From here to the next beat silence means nothing: it waits for the world outside, or has ended.
  void rest() { resting_.store(true, std::memory_order_relaxed); }

  [[nodiscard]] Reading read() const {
    return {beats_.load(std::memory_order_relaxed), resting_.load(std::memory_order_relaxed)};
  }

 private:
  std::atomic<std::uint32_t> beats_{0};
  std::atomic<bool> resting_{true};  // until it starts
};

}  // namespace airspool
