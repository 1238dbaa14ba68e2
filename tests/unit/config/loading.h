// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/config/load.h>

namespace airspool::config::test {

inline std::vector<Setting> sets(const std::vector<std::string>& assignments) {
  std::vector<Setting> settings;
  for (const std::string& assignment : assignments) settings.push_back({"--set", assignment});
  return settings;
}

// What is wrong with the text, one line each; "" when nothing is. The file is called "a.toml".
inline std::string wrong(std::string_view text, const std::vector<std::string>& assignments = {}) {
  const LoadResult loaded = load_text(text, "a.toml", sets(assignments));
  return loaded ? std::string() : loaded.error().text();
}

// The configuration of a text that is right.
inline Loaded right(std::string_view text, const std::vector<std::string>& assignments = {}) {
  LoadResult loaded = load_text(text, "a.toml", sets(assignments));
  if (!loaded) {
    ADD_FAILURE() << loaded.error().text();
    return {};
  }
  return *std::move(loaded);
}

}  // namespace airspool::config::test
