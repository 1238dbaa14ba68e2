// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

namespace airspool::contract {

// A file that only its owner may read, as a password must be.
inline void write_secret(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path);
  std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  file << text;
}

}  // namespace airspool::contract
