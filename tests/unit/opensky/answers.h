// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

#include <airspool/opensky/states_parser.h>

// Answers of /states/all as OpenSky shapes them, of aircraft that do not exist.
namespace airspool::opensky {

inline std::string row(std::string_view address = "4b1801", std::string_view more = "") {
  std::string out = "[\"";
  out += address;
  out +=
      "\",\"TEST12  \",\"Switzerland\",1766888050,1766888051,8.5417,47.3769,10668,false,231.5,84.25,-0.33,null,"
      "10881.36,\"1000\",false,0";
  out += more;
  return out + "]";
}

inline std::string answer_of(long time, std::string_view rows) {
  return "{\"time\":" + std::to_string(time) + ",\"states\":[" + std::string(rows) + "]}";
}

// Reads a text in pieces of at most `piece` bytes.
inline ByteSource text_source(std::string_view text, std::size_t piece = 1'000'000) {
  return [text, piece, at = std::size_t{0}](std::span<char> into) mutable -> Result<std::size_t> {
    const std::size_t count = std::min({into.size(), piece, text.size() - at});
    std::memcpy(into.data(), text.data() + at, count);
    at += count;
    return count;
  };
}

}  // namespace airspool::opensky
