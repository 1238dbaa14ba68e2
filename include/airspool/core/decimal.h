// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace airspool {

// Appends `value` as a plain decimal, never with an exponent, with at most `max_decimals` (0..9) decimals and no
// trailing zeros; "-0" is printed "0". What is not finite is printed "null": callers keep such values out of records.
void append_decimal(std::string& out, double value, int max_decimals);

// The shortest plain decimal that reads back as exactly `value`: for numbers that are passed on as they were given.
void append_shortest(std::string& out, double value);

}  // namespace airspool
