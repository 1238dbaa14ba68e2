// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include <airspool/modes/frame.h>

#include "cli/replay_run.h"

namespace airspool::cli {

// "@TTTTTTTTTTTT8d4840d6...;\n": 12 hex digits of the 12 MHz timestamp (end of bit 56), then the frame after repair.
void append_frame_line(std::string& out, const modes::ModeSFrame& frame);

// One JSON object: "frames" by downlink format and "rejects" by reason (each format that was heard, each reason that
// there is), "aircraft", "positions", "samples", "seconds".
std::string summary_json(const ReplaySummary& summary);

// For people: the same numbers, then the aircraft; when nothing was heard, what to check.
std::string summary_table(const ReplaySummary& summary, std::span<const HeardAircraft> aircraft,
                          const ReplaySettings& settings, const std::string& name);

}  // namespace airspool::cli
