// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>

#include "aws/credentials.h"

namespace airspool::uplink::aws {

// What is asked for, without who asks and when.
struct PresignRequest {
  std::string host;
  std::string region;
  std::string service;
  std::vector<std::pair<std::string, std::string>> query;  // names and values as they are, not escaped
  std::chrono::seconds lifetime{900};
};

// The URL of a GET of "/" on `host` that proves by its query who asks: Signature Version 4 in the query string, host
// the only signed header, the body empty (AWS, "Authenticating Requests: Using Query Parameters"). The session token,
// when there is one, is signed too. kInternal when the cryptographic library refuses.
Result<std::string> presigned_url(const PresignRequest& request, const Credentials& credentials, WallTime now);

// base64url without padding (RFC 4648 5).
std::string base64url(std::string_view bytes);

}  // namespace airspool::uplink::aws
