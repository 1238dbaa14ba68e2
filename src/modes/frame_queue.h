// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <airspool/modes/demodulator_stats.h>
#include <airspool/modes/frame.h>

#include "acceptance.h"
#include "known_addresses.h"

namespace airspool::modes {

// How a frame was found, for the statistics.
struct Finding {
  FoundBy by = FoundBy::kFirstLook;
  Effort effort = Effort::kFull;
  bool uncovered = false;  // another was taken out of the samples before
};

// Frames on their way out: in order of their time stamps, each once, and those that wait for their address to be proved
// together with what came after them. Fixed size; when it is full the oldest is decided early.
class FrameQueue {
 public:
  static constexpr std::size_t kCapacity = 4096;

  // Counts into `stats` what it gives out.
  FrameQueue(KnownAddresses& known, DemodulatorStats& stats);

  // Takes a frame with its verdict, Proof::kNone excepted. Where two finds of one frame meet, the less repaired one
  // stays, of equal ones the one of better quality.
  void push(const ModeSFrame& frame, const Verdict& verdict, Finding finding, float quality, FrameSink& sink);

  // Decides and gives out everything stamped before `tick`.
  void release_before(std::int64_t tick, FrameSink& sink);
  void release_all(FrameSink& sink);

 private:
  struct Held {
    ModeSFrame frame;
    Finding finding;
    float quality = 0.0F;
    std::uint32_t address = 0;
    Proof proof = Proof::kNone;
    FrameReject otherwise = FrameReject::kCrc;
  };
  [[nodiscard]] Held& at(std::size_t position) { return held_[(first_ + position) % kCapacity]; }
  bool merge(const Held& held);
  void release_first(FrameSink& sink);
  void count(const Held& held);

  KnownAddresses* known_;
  DemodulatorStats* stats_;
  std::vector<Held> held_;  // a ring
  std::size_t first_ = 0;
  std::size_t size_ = 0;
};

}  // namespace airspool::modes
