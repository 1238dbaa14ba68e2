// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/record.h>

namespace airspool::spool {

// Appends one Record v1 as a JSON object and a newline (NDJSON). Unknown values are left out; numbers are plain decimals.
// The field order is fixed, so that the same record always gives the same bytes.
void append_ndjson(std::string& out, const Record& record);

}  // namespace airspool::spool
