// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <airspool/core/result.h>

#include "aws/credentials.h"

namespace airspool::uplink::aws {

// `given`, else the first broker's that names one, else AWS_REGION or AWS_DEFAULT_REGION. kConfig when there is none,
// or it does not look like one (lower-case letters, digits, dashes): it becomes part of host names.
Result<std::string> choose_region(const std::string& given, const std::vector<std::string>& brokers,
                                  const Environment& environment);

}  // namespace airspool::uplink::aws
