// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/result.h>

namespace airspool::spool {

// 80 random bits from the kernel as 16 characters of base32 (RFC 4648, lower case): the identity of one run. So many
// that no two runs anywhere ever share one, so that a cloned card or a restored backup cannot reuse an identity.
Result<std::string> random_spool_id();

}  // namespace airspool::spool
