// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airspool::config {

// `text` for a terminal or log: control characters and bytes that are not UTF-8 become '?', and what is longer than
// `max_bytes` ends in "...".
std::string printable(std::string_view text, std::size_t max_bytes);

// The same in double quotes, short: how messages show what somebody wrote.
std::string in_quotes(std::string_view text);

// A TOML basic string that reads back as exactly `text` (TOML v1.0.0, String).
std::string toml_string(std::string_view text);

// `text` as a TOML key: bare when its characters allow it.
std::string toml_key(std::string_view text);

// "256 MiB" where it divides evenly, else the plain number.
std::string bytes_text(std::int64_t bytes);

// The shortest plain decimal that reads back as `value`.
std::string number_text(double value);

bool is_utf8(std::string_view text);
bool has_control_characters(std::string_view text);

}  // namespace airspool::config
