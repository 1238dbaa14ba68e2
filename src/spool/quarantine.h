// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <airspool/core/result.h>

namespace airspool::spool {

// Where damaged files of the spool `path` lie. `<path>.salvage` while what is readable is still being taken out of it,
// then `<path>.corrupt-<UTC time>`, of which the newest three are kept. A program that is killed in between finds the
// first again and takes it up anew.
std::string salvage_path(const std::string& path);
// kIo: it cannot be moved.
Result<void> set_aside(const std::string& path, std::int64_t now_ms);
// Says the new name.
Result<std::string> finish_salvage(const std::string& path, std::int64_t now_ms);
[[nodiscard]] std::int64_t count_quarantined(const std::string& path);
// The oldest, for want of room. False: there is none.
bool remove_oldest_quarantined(const std::string& path);

}  // namespace airspool::spool
