// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace airspool {

// Appends two lower-case hexadecimal digits a byte.
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);

// Decodes hexadecimal digits of either case into `out`. The number of bytes written, or nothing when the text has an
// odd number of digits, another character, or does not fit.
std::optional<std::size_t> parse_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace airspool
