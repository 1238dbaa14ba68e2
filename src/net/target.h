// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/result.h>

namespace airspool::net {

// Where a request goes, without what must not be logged.
struct Target {
  std::string name;  // scheme://host:port/path
  std::string host;
  bool https = false;
  bool loopback = false;
};

// Takes a URL apart. kUsage when it is none, is neither http nor https, or names a user.
Result<Target> parse_target(const std::string& url);

}  // namespace airspool::net
