// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/record.h>
#include <airspool/core/result.h>

namespace airspool::spool {

// The text of a held batch: lines of NDJSON as record_codec.h prints them, but where a time of ours belongs stands the
// boot time in nanoseconds between two bytes 0x01, which JSON never contains. So nothing of a record is lost while it
// waits for a calendar, and putting the times in gives the very bytes that it would have had from the start.

// One line, as append_ndjson.
void append_held(std::string& out, const Record& record);

// Whether there are marks in it.
inline bool is_held_text(std::string_view text) { return text.find('\x01') != std::string_view::npos; }

// What append_ndjson would have printed. Lines without times of ours pass as they are. kInvalidData: marks that are
// none of ours.
Result<std::string> place_held(std::string_view held, const Calendar& calendar);

}  // namespace airspool::spool
