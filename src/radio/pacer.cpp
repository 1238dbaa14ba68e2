// SPDX-License-Identifier: Apache-2.0
#include "pacer.h"

#include <chrono>
#include <utility>

namespace airspool::radio {
namespace {

constexpr Nanoseconds kTooLate = std::chrono::seconds(2);

}  // namespace

Pacer::Pacer(Pace pace, std::uint32_t sample_rate_hz, PaceTiming timing)
    : pace_(pace),
      sample_rate_hz_(sample_rate_hz),
      timing_(std::move(timing)),
      clock_(timing_.clock != nullptr ? *timing_.clock : static_cast<const Clock&>(system_clock_)) {}

void Pacer::start() {
  if (started_) return;
  started_ = true;
  origin_ = clock_.boot_now();
}

bool Pacer::wait_for(std::uint64_t end_sample) {
  if (pace_ == Pace::kFast) return !stopped();
  const Nanoseconds length = duration_of(end_sample);
  if (clock_.boot_now() - (origin_ + length) > kTooLate) origin_ = clock_.boot_now() - length;
  while (!stopped()) {
    const Nanoseconds left = origin_ + length - clock_.boot_now();
    if (left <= Nanoseconds::zero()) return true;
    sleep(left);
  }
  return false;
}

void Pacer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
}

bool Pacer::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

// Whole seconds apart, so that days of samples do not overflow.
Nanoseconds Pacer::duration_of(std::uint64_t samples) const {
  constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
  const std::uint64_t seconds = samples / sample_rate_hz_;
  const std::uint64_t rest = samples % sample_rate_hz_;
  return Nanoseconds(
      static_cast<Nanoseconds::rep>(seconds * kNanosecondsPerSecond + rest * kNanosecondsPerSecond / sample_rate_hz_));
}

void Pacer::sleep(Nanoseconds time) {
  if (timing_.sleep) {
    timing_.sleep(time);
    return;
  }
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, time, [this] { return stopped_; });
}

}  // namespace airspool::radio
