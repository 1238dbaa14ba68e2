// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/iq_block.h>

namespace airspool::radio {

// Blocks of cu8 samples from the thread of a device to the one that demodulates: memory of one size, one copy in, none
// out. `push` belongs to one thread at a time, `pop_for` to another; `stop` to any.
class SampleRing {
 public:
  SampleRing(std::size_t slots, std::size_t slot_bytes);

  // Copies a block of at most slot_bytes; a short one goes into the slot of the one before it where that still waits
  // and has room. False: no room, and nothing of it was kept.
  bool push(std::span<const std::byte> bytes, std::uint64_t first_sample, BootTime arrived);

  // The oldest block, in place until the next call, which gives its slot back. Nothing after `patience`, or at once
  // after stop().
  std::optional<IqBlock> pop_for(Nanoseconds patience);

  void stop();
  [[nodiscard]] bool stopped() const;
  [[nodiscard]] std::size_t slot_bytes() const { return slot_bytes_; }

 private:
  struct Slot {
    std::size_t bytes = 0;
    std::uint64_t first_sample = 0;
    BootTime arrived;
  };

  const std::size_t slot_bytes_;
  const std::unique_ptr<std::byte[]> memory_;  // untouched, so not resident, before the first block
  mutable std::mutex mutex_;
  std::condition_variable filled_;
  std::vector<Slot> slots_;
  std::size_t oldest_ = 0;
  std::size_t used_ = 0;
  bool handed_out_ = false;  // slots_[oldest_]
  bool copying_ = false;
  bool adding_ = false;  // to the newest slot, which nobody may take meanwhile
  bool stopped_ = false;
};

}  // namespace airspool::radio
