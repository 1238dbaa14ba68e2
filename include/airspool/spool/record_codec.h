// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/record.h>

namespace airspool::spool {

// Appends one Record v1 as a JSON object and a newline (NDJSON); `calendar` places what is in boot time and gives
// `time_quality`. The order of the keys is fixed, so that the same
// record always gives the same bytes. Units as the names of OpenSky's REST API have them: m, m/s, degrees, seconds of
// UTC.
//
// Keys whose value is unknown, empty or not finite are left out; a record that is not sealed yet (no spool_id) has
// neither `record_id` nor `seq`. Numbers are plain decimals, never with an exponent. Times are cut to whole
// milliseconds. Positions have 5 decimals (about 1 m), but OpenSky's are printed as they were given. A fused
// record has `field_sources`: the keys that OpenSky gave, in the order above; the radio gave the others. Strings are
// valid JSON whatever their bytes: what is not UTF-8 becomes U+FFFD. Any thread.
void append_ndjson(std::string& out, const Record& record, const Calendar& calendar);

}  // namespace airspool::spool
