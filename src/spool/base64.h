// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace airspool::spool {

// RFC 4648 section 4, with padding: bytes inside JSON.
std::string to_base64(std::string_view bytes);
// Empty when the text is not of that form.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace airspool::spool
