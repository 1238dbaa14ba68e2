// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include <airspool/core/channel.h>
#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/modes/frame.h>
#include <airspool/modes/message.h>

namespace airspool::feed {

// A frame on its way to others, with what it means and what the picture made of it: all that any form of output tells.
// Made by the sky thread, where every frame comes by.
struct OutgoingFrame {
  modes::ModeSFrame frame;
  modes::Message message;
  BootTime time;                        // when it was received
  std::optional<GeoPosition> position;  // that this very message gave
  std::optional<bool> on_ground;        // as the picture has it
  bool own_radio = true;                // its time stamp is that of our own samples
  bool first = true;                    // no copy of it came before, from another source
};

using OutgoingChannel = Channel<std::vector<OutgoingFrame>>;

}  // namespace airspool::feed
