// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace airspool::uplink::kafka {

// The key of a record: the six digits of its address, with "~" before them where it is not an ICAO address. Points into
// `storage`, or is `otherwise` for lines about no aircraft (notices). `record` is one line as spool/record_codec.h
// writes it: there no string can hold an unescaped quote, so that a key is found by its text.
std::string_view key_of(std::string_view record, std::string_view otherwise, std::array<char, 7>& storage);

// The first line of `text` from `offset` on, without its newline; moves `offset` behind it.
std::string_view next_line(std::string_view text, std::size_t& offset);

}  // namespace airspool::uplink::kafka
