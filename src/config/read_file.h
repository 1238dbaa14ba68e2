// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include <airspool/core/result.h>

namespace airspool::config {

// The content of a regular file of at most kMaxFileBytes. Never waits: folders, pipes and devices are refused before
// anything is read. The message does not name the file; ErrorCode::kNotFound when it is not there.
Result<std::string> read_file(const std::string& path);

}  // namespace airspool::config
