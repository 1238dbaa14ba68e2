// SPDX-License-Identifier: Apache-2.0
#include "sample_ring.h"

#include <algorithm>
#include <utility>

namespace airspool::radio {
namespace {

constexpr std::size_t kSampleBytes = bytes_per_sample(SampleFormat::kCu8);

}  // namespace

SampleRing::SampleRing(std::size_t slots, std::size_t slot_bytes)
    : slot_bytes_(slot_bytes), memory_(new std::byte[slots * slot_bytes]), slots_(slots) {}

bool SampleRing::push(std::span<const std::byte> bytes, std::uint64_t first_sample, BootTime arrived) {
  std::size_t slot = 0;
  std::size_t begin = 0;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || copying_ || bytes.size() > slot_bytes_) return false;
    const bool waits = used_ > (handed_out_ ? 1U : 0U);
    slot = (oldest_ + used_ - 1) % slots_.size();
    adding_ = waits && slots_[slot].bytes + bytes.size() <= slot_bytes_ &&
              slots_[slot].first_sample + slots_[slot].bytes / kSampleBytes == first_sample;
    if (adding_) {
      begin = slots_[slot].bytes;
    } else {
      if (used_ == slots_.size()) return false;
      slot = (oldest_ + used_) % slots_.size();
      slots_[slot] = {0, first_sample, arrived};
    }
    copying_ = true;
  }
  std::copy(bytes.begin(), bytes.end(), memory_.get() + slot * slot_bytes_ + begin);
  {
    const std::lock_guard lock(mutex_);
    slots_[slot].bytes += bytes.size();
    slots_[slot].arrived = arrived;
    if (!std::exchange(adding_, false)) ++used_;
    copying_ = false;
  }
  filled_.notify_one();
  return true;
}

std::optional<IqBlock> SampleRing::pop_for(Nanoseconds patience) {
  std::unique_lock lock(mutex_);
  if (std::exchange(handed_out_, false)) {
    oldest_ = (oldest_ + 1) % slots_.size();
    --used_;
  }
  const auto ready = [this] { return used_ > (adding_ ? 1U : 0U); };
  filled_.wait_for(lock, patience, [&] { return stopped_ || ready(); });
  if (stopped_ || !ready()) return std::nullopt;
  handed_out_ = true;
  const Slot& slot = slots_[oldest_];
  return IqBlock{
      {memory_.get() + oldest_ * slot_bytes_, slot.bytes}, SampleFormat::kCu8, slot.first_sample, slot.arrived};
}

void SampleRing::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  filled_.notify_all();
}

bool SampleRing::stopped() const {
  const std::lock_guard lock(mutex_);
  return stopped_;
}

}  // namespace airspool::radio
