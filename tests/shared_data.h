// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

// Recordings and messages of the real world are not part of the project. They are looked for in $AIRSPOOL_SHARED_DATA,
// else in ../shared/data beside the source tree; a test that needs them skips, and says so, where they are absent.
namespace airspool::test {

inline std::filesystem::path shared_data(const std::string& name) {
  if (const char* folder = std::getenv("AIRSPOOL_SHARED_DATA")) return std::filesystem::path(folder) / name;
  return std::filesystem::path(AIRSPOOL_SOURCE_DIR).parent_path() / "shared" / "data" / name;
}

}  // namespace airspool::test

#define AIRSPOOL_REQUIRE_SHARED(path)                                                                  \
  if (!std::filesystem::exists(path)) {                                                                \
    GTEST_SKIP() << "needs " << (path) << " (set AIRSPOOL_SHARED_DATA to the folder with recordings)"; \
  }                                                                                                    \
  static_assert(true)
