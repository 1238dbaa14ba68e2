// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <airspool/modes/frame.h>
#include <airspool/modes/message.h>

namespace airspool::modes {

// What a frame says, or why it is none. Checks parity: DF17/18 must have remainder 0, DF11 a legal interrogator code;
// the address-parity formats take their remainder as the address, which only a caller who knows the sky can doubt.
tl::expected<Message, FrameReject> decode(const ModeSFrame& frame);

}  // namespace airspool::modes
