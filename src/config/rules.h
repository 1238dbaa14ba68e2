// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "table.h"

namespace airspool::config {

bool follows(Rule rule, std::string_view text);

// What a text has to be, as in "station.name must be ...".
std::string_view rule_text(Rule rule);

// Whether the host of the URL is this machine: localhost, 127.0.0.0/8 or ::1.
bool is_loopback_url(std::string_view url);

}  // namespace airspool::config
