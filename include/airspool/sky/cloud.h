// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>

#include <airspool/core/clock.h>
#include <airspool/core/icao24.h>
#include <airspool/core/record.h>

namespace airspool::sky {

// One row of an answer of OpenSky: what it says, and when that was true, on its calendar and in boot time. The boot
// times are the receipt of the answer minus the age that OpenSky's own clock gives (its `time` minus the value's): our
// calendar is never asked.
struct CloudRow {
  StateVector state;                      // as given
  std::optional<WallTime> time_position;  // as given
  WallTime last_contact;                  // as given
  std::optional<BootTime> position_at;    // time_position
  BootTime contact_at;                    // last_contact
};

// What OpenSky last told of one aircraft.
struct CloudAircraft {
  CloudRow row;
  std::uint64_t news = 0;  // rows so far that told something new
  BootTime received{};     // the answer with the last of them
  BootTime contained{};    // the last answer that had the aircraft at all
  // Since when (contact_at of the first such row) it says the same. OpenSky repeats what it heard of these at some time
  // before the last contact: a word that has stood since before the radio heard another one is the older of the two.
  BootTime callsign_since{};
  BootTime squawk_since{};
  BootTime on_ground_since{};
  bool disagreement_counted = false;  // of this position with the radio's
};

using CloudMap = std::unordered_map<Icao24, CloudAircraft>;

}  // namespace airspool::sky
