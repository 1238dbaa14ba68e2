// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "table.h"

namespace airspool::config {

inline constexpr std::string_view kRedacted = "***";

// Whether a value with this name is a secret by its name: "sasl.password", "ssl.key.pem", ...
bool is_secret_name(std::string_view name);

// The text with the password (or a lone token) before the '@' of a URL, and everything behind its '?', replaced by
// "***". A text that is no URL comes back as it is.
std::string redact_url(std::string_view text);

// "section.key=value" for messages, with a value that may be secret replaced. `row` is the key's row, null when there
// is no such key.
std::string redact_assignment(std::string_view key, std::string_view value, const Row* row);

}  // namespace airspool::config
