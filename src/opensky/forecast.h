// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/opensky/poller.h>

namespace airspool::opensky {

// What the person who starts a poller should know about its credits, a sentence each.
struct Forecast {
  std::vector<std::string> notes;
  std::vector<std::string> warnings;
};
Forecast forecast(const PollerSettings& settings, const std::vector<Request>& requests);

}  // namespace airspool::opensky
