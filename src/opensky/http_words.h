// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/net/http_client.h>

namespace airspool::opensky {

// A status that says nothing about our own request, in words; `key` is the URL's key in the configuration.
std::string words_for_status(int status, std::string_view key);

// A count in a header: decimal digits and nothing else, at most 10^9.
std::optional<std::int64_t> whole_number(std::string_view text);

// How long 429 wants us to wait: X-Rate-Limit-Retry-After-Seconds, else Retry-After in seconds; at most a day, as
// credits come back at midnight at the latest.
std::optional<Nanoseconds> retry_after(const net::HttpHeaders& headers);

// The moment that a Date header names (RFC 9110 5.6.7, the one form that senders may write).
std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace airspool::opensky
