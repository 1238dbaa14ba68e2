// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include <airspool/core/clock.h>
#include <airspool/core/log.h>
#include <airspool/radio/gain_control.h>
#include <airspool/radio/rtlsdr_source.h>

#include "dongle.h"
#include "loss_estimate.h"
#include "sample_ring.h"

namespace airspool::radio {

// Finds the dongle, opens it, streams, and begins again when that ends. Its steps belong to the thread of the device;
// `watch` to the one that reads the ring, because a library call may never come back. Then that thread is given up: a
// turn that is over changes nothing any more, and the next turn has a thread of its own. Shared by all of them.
class DongleLoop {
 public:
  using Turn = std::uint64_t;

  DongleLoop(std::unique_ptr<DongleBus> bus, const RtlSdrSettings& settings, const Clock* clock);

  // A new turn; the one before is over.
  Turn begin();
  // One look at the bus; when the dongle is there and may be tried, one opening and all its samples. How long to rest
  // then; nothing when the turn is over.
  std::optional<Nanoseconds> step(Turn turn);
  // False when the turn is over.
  bool rest(Turn turn, Nanoseconds time);

  enum class Watch : std::uint8_t { kWell, kHung };
  // Called every 100 ms or so. Cancels a dongle that is silent. kHung: the device's thread is lost; begin() anew.
  Watch watch();
  // Ends the turn, soon if the USB lets it.
  void stop();

  SampleRing& ring() { return ring_; }
  GainControl& gain() { return gain_; }
  [[nodiscard]] BootTime now() const { return clock_.boot_now(); }
  [[nodiscard]] DongleState state() const;

 private:
  enum class Phase : std::uint8_t { kResting, kAsking, kStreaming, kClosing };
  class GainHold;

  Result<std::unique_ptr<Dongle>> open(const DongleName& name);
  std::optional<Nanoseconds> stream(Turn turn, const DongleName& name, std::unique_ptr<Dongle> dongle);
  // False: nobody wants any more of them.
  bool take(Turn turn, std::span<const std::byte> bytes);
  void first_block(BootTime now, std::uint64_t samples);
  void reset(Turn turn, const DongleName& name);
  bool enter(Turn turn, Phase phase);
  bool failed(Turn turn, const Error& error);
  void say(const std::string& trouble, log::Level level = log::Level::kWarning);

  const RtlSdrSettings settings_;
  const SystemClock system_clock_;
  const Clock& clock_;
  const std::unique_ptr<DongleBus> bus_;
  SampleRing ring_;
  GainControl gain_;

  mutable std::mutex mutex_;  // all below
  std::condition_variable turn_over_;
  Turn turn_ = 0;
  bool stopped_ = false;
  Phase phase_ = Phase::kResting;
  Nanoseconds silent_{0};  // how long the phase has been so, or since the last block
  std::optional<BootTime> watched_;
  Dongle* dongle_ = nullptr;  // while it streams; of the device's thread
  DongleName name_;           // of the newest dongle that was opened
  bool stalled_ = false;
  bool reset_owed_ = false;
  bool reset_spent_ = false;  // since the last block
  unsigned failures_ = 0;
  BootTime next_opening_{};
  std::string said_;

  LossEstimate loss_;
  std::uint64_t next_sample_ = 0;
  std::optional<BootTime> last_block_;
  DongleState state_;
};

}  // namespace airspool::radio
