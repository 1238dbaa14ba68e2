// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/feed/outgoing_frame.h>

namespace airspool::feed {

// A line of the BaseStation format (Kinetic SBS-1, "port 30003"), 22 fields and CR LF:
//   MSG,type,1,1,HEX,1,date,time,date,time,callsign,altitude ft,speed kt,track,lat,lon,rate
//   ft/min,squawk,alert,emergency, SPI,on ground
// Types: 1 identification, 2 position on the ground, 3 in the air, 4 velocity, 5 altitude (DF4, 20), 6 squawk (DF5,
// 21), 7 air to air (DF0, 16; and a position message that gave none), 8 all-call (DF11). What this message does not
// tell stays empty, but "on ground" is the picture's. Flags are -1 and 0. Dates are UTC: when it was heard, and now.
// Appends nothing for what has no type, and for addresses that are not ICAO's, which the format has no place for.
void append_sbs(std::string& out, const OutgoingFrame& frame, WallTime heard, WallTime now);

// An empty line.
std::string_view sbs_heartbeat();

}  // namespace airspool::feed
