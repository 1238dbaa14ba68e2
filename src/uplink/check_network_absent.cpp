// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/check.h>

namespace airspool::uplink {

// Stands in for check_network.cpp in a build without TLS.
bool check_network(const CheckTarget& /*target*/, const Clock& /*clock*/, std::chrono::milliseconds /*patience*/,
                   const OnStep& on_step) {
  on_step({"connection", CheckState::kSkipped, "this build has nothing that connects", ""});
  return true;
}

}  // namespace airspool::uplink
