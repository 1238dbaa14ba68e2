// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include <airspool/core/clock.h>
#include <airspool/radio/pace.h>

namespace airspool::radio {

// Holds a source to the speed of an antenna, and carries its stop flag. Owned by the source; `stop` and `stopped` are
// safe from any thread, the rest belongs to the thread that reads.
class Pacer {
 public:
  Pacer(Pace pace, std::uint32_t sample_rate_hz, PaceTiming timing);

  // The first sample is being waited for from now on. Only the first call counts.
  void start();
  // Waits until the sample with index `end_sample - 1` has arrived. False as soon as the source is stopped.
  // Whoever reads more than 2 s late (a suspended machine) does not catch up at full speed: time counts anew from
  // there.
  bool wait_for(std::uint64_t end_sample);

  void stop();
  [[nodiscard]] bool stopped() const;

 private:
  [[nodiscard]] Nanoseconds duration_of(std::uint64_t samples) const;
  void sleep(Nanoseconds time);

  const Pace pace_;
  const std::uint32_t sample_rate_hz_;
  const SystemClock system_clock_;
  const PaceTiming timing_;
  const Clock& clock_;
  bool started_ = false;
  BootTime origin_;  // when sample 0 arrived

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopped_ = false;
};

}  // namespace airspool::radio
