// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>

namespace airspool::uplink::aws {

// Keys to sign with. All but the id are secrets: no message, log line or metric holds them.
struct Credentials {
  std::string access_key_id;
  std::string secret_access_key;
  std::string session_token;  // empty: keys of a user, which last
  std::optional<WallTime> expires = std::nullopt;

  friend bool operator==(const Credentials&, const Credentials&) = default;
};

// A variable of the environment; nothing when it is not set, or empty, which is the same to AWS's tools.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;
Environment process_environment();

// What may stand in a header, a URL or a signature without surprises: 1 to 16384 printable characters of ASCII, no
// blanks.
bool is_word(std::string_view text);
std::string_view trimmed(std::string_view text);

// `credentials` when each part is a word (the session token may be empty); kInvalidData says which is not.
Result<Credentials> checked(Credentials credentials);

// The answers of the three endpoints that give credentials as JSON. kInvalidData says what is missing; messages repeat
// nothing of the text but the instance metadata's `Code`, when that is one plain word.
//
// Instance metadata and containers:
// {"Code":"Success","AccessKeyId":..,"SecretAccessKey":..,"Token":..,"Expiration":..}, without Code for containers.
Result<Credentials> parse_metadata_credentials(std::string_view json);
// AWS IoT: {"credentials":{"accessKeyId":..,"secretAccessKey":..,"sessionToken":..,"expiration":..}}.
Result<Credentials> parse_iot_credentials(std::string_view json);

// "2026-11-22T12:34:56Z", with a fraction of a second, or with an offset instead of the Z (ISO 8601 as AWS writes it).
std::optional<WallTime> parse_time(std::string_view text);

// "2026-11-22T12:34:56Z".
std::string time_text(WallTime time);

}  // namespace airspool::uplink::aws
