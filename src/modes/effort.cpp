// SPDX-License-Identifier: Apache-2.0
#include "effort.h"

namespace airspool::modes {

EffortLimits limits_of(Effort effort) {
  switch (effort) {
    case Effort::kEco:
      return {{24.0F, 0.6F, 0.45F, 3.0F}, 0.60F, 12.0F, 19.0F, false, 1};
    case Effort::kBalanced:
      return {{16.0F, 0.5F, 0.55F, 4.0F}, 0.57F, 6.0F, 10.0F, true, 2};
    default:
      return {{7.0F, 0.25F, 0.55F, 4.0F}, 0.51F, 12.0F, 19.0F, true, 4};
  }
}

}  // namespace airspool::modes
