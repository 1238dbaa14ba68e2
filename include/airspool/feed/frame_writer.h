// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/modes/frame.h>

namespace airspool::feed {

// A Mode S frame as Beast binary: what FrameReader reads. Time and signal are those of the frame.
void append_beast(std::string& out, const modes::ModeSFrame& frame);
// The same as a line of AVR: "*8D4840D6202CC371C32CE0576098;" and a line feed. It has neither time nor signal.
void append_avr(std::string& out, const modes::ModeSFrame& frame);

// What tells a listener that we are still here when nothing is heard: an empty Mode A/C reply, as dump1090 sends it.
std::string_view beast_heartbeat();
std::string_view avr_heartbeat();

}  // namespace airspool::feed
