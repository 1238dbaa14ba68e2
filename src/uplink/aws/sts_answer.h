// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>

#include "aws/credentials.h"

namespace airspool::uplink::aws {

// The XML answers of the Security Token Service: elements and text, no more of the language than they use. A
// declaration of a document type, whose entities could be anything, is refused.

// The credentials of an AssumeRole..Response. kInvalidData when there are none in it; messages repeat nothing of it.
Result<Credentials> parse_sts_credentials(std::string_view xml);

// The Code of an ErrorResponse ("ExpiredTokenException"): letters, digits and dots; empty when it has none.
std::string sts_error_code(std::string_view xml);

}  // namespace airspool::uplink::aws
