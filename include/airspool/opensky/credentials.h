// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::opensky {

// The credentials of an API client (OAuth2 client credentials, RFC 6749 2.3.1). The secret is for the token endpoint
// and for nothing else: no message, log line or metric holds it.
struct Credentials {
  std::string client_id;
  std::string client_secret;
};

// Reads the file that OpenSky's account page gives: {"clientId": "...", "clientSecret": "..."}. Errors name the file
// and the next step, and repeat nothing of what is in it: kNotFound; kPermissionDenied, also when anybody but its
// owner may read the file (in the credentials folder of a systemd unit, whose access lists show as the group's, only
// when all others may); kConfig when it holds something else.
Result<Credentials> read_credentials_file(const std::string& path);

// The same with the secret in a file of its own, in its first and only line.
Result<Credentials> read_secret_file(const std::string& client_id, const std::string& path);

// What the account page's file says. kInvalidData when it is something else.
Result<Credentials> parse_credentials(std::string_view json);

}  // namespace airspool::opensky
