// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "document.h"

namespace airspool::config {

// No key of the table needs more than four parts or three brackets; properties of a sink may have long names with dots.
inline constexpr int kMaxKeyParts = 16;
inline constexpr int kMaxBrackets = 16;

// The first place where a key has more parts, or brackets nest deeper, than any configuration needs. The parser builds
// (and frees) nested tables recursively and only limits brackets, not dotted keys: without this look beforehand a line
// "a.a.a.a..." of 200 kB would overflow the stack.
std::optional<Complaint> excessive_nesting(std::string_view text);

}  // namespace airspool::config
