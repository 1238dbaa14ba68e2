// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/modes/message.h>

namespace airspool::cli {

// Appends one JSON object without a newline: what the message has, in the units that the keys name, and no key for what
// it has not.
void append_message_json(std::string& out, const modes::Message& message);

// Appends `text` as a JSON string with its quotes. Bytes outside printable ASCII appear as \xNN, so that any input
// gives valid JSON that shows what was there.
void append_json_string(std::string& out, std::string_view text);

}  // namespace airspool::cli
