// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/record.h>
#include <airspool/core/statistics.h>
#include <airspool/feed/heard_frames.h>
#include <airspool/modes/frame.h>
#include <airspool/opensky/states_parser.h>

namespace airspool::collector {

// Frames of one block of samples, with the anchor that places their 12 MHz ticks on boot time: the block's last sample
// arrived at `end`. Anchored anew each block, so that the dongle's crystal never drifts away from the clock.
struct FrameBlock {
  std::vector<modes::ModeSFrame> frames;
  std::uint64_t end_tick = 0;
  BootTime end;

  [[nodiscard]] BootTime time_of(const modes::ModeSFrame& frame) const {
    const auto ticks_before_end = static_cast<std::int64_t>(end_tick - frame.timestamp_12mhz);
    return end - Nanoseconds(ticks_before_end * 250 / 3);  // 1 tick = 83 1/3 ns
  }
};

// All that the sky thread takes in, in one queue, so that it waits in one place. Statistics::Radio: what the dsp thread
// counted since it last told; InputReport: the same of the inputs. What the queue did not take is told with the next.
using SkyInput =
    std::variant<FrameBlock, feed::HeardFrames, opensky::OpenSkyAnswer, Statistics::Radio, feed::InputReport>;
using SkyChannel = Channel<SkyInput>;
using RecordChannel = Channel<std::vector<Record>>;

}  // namespace airspool::collector
