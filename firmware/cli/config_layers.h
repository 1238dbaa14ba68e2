// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <airspool/config/load.h>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's
class App;
}

namespace airspool::cli {

// The options that choose and override the configuration; the same for every command that reads it. Lives as long as
// the parse.
class ConfigLayers {
 public:
  // --config and --set.
  void add_to(CLI::App& command);
  // --lat, --lon, --gain, ...: what people know from other decoders.
  void add_classic_to(CLI::App& command);

  // Reads all layers. What is wrong has then been printed, and the exit status is 78 (EX_CONFIG).
  [[nodiscard]] config::LoadResult load() const;
  // The same for a caller that tells what is wrong by itself.
  [[nodiscard]] config::LoadResult load_quietly() const;

 private:
  std::string file_;
  std::vector<std::string> sets_;
  std::map<std::string, std::string> classic_values_;  // by option
};

}  // namespace airspool::cli
