// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include <airspool/core/clock.h>

namespace airspool::radio {

enum class Pace : std::uint8_t {
  kFast,      // as fast as the reader takes the blocks
  kRealTime,  // a block is handed out when its last sample would have arrived from an antenna
};

// What a source with real-time pace reads the time from and waits with. The default is the machine's clock and real
// waiting, which stop() cuts short. A test gives a ManualClock and a `sleep` that moves it.
struct PaceTiming {
  const Clock* clock = nullptr;            // not owned; must outlive the source
  std::function<void(Nanoseconds)> sleep;  // called by the thread that reads
};

}  // namespace airspool::radio
