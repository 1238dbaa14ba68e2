// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "document.h"

namespace airspool::config {

// No key of the table needs more than four parts or three brackets; properties of a sink may have long names with dots.
inline constexpr int kMaxKeyParts = 16;
inline constexpr int kMaxBrackets = 16;

// The first place of the text that would harm the parser (toml++ 3.3), looked for before it sees the text:
// - a key with more parts, or brackets that nest deeper, than any configuration needs. Nested tables are built and
// freed
//   recursively and only brackets are limited, not dotted keys: a line "a.a.a.a..." of 200 kB would overflow the stack;
// - a character outside ASCII where TOML allows none: unquoted (TOML v1.0.0, Keys), or behind a backslash that joins
// lines
//   of a """ text. Its test for white space has no answer for U+00A1 to U+0499, which is undefined behaviour. Joining
//   lines by a backslash, which no key needs, is refused altogether.
std::optional<Complaint> harmful(std::string_view text);

}  // namespace airspool::config
