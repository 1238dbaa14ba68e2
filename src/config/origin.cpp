// SPDX-License-Identifier: Apache-2.0
#include <airspool/config/load.h>

#include "text.h"

namespace airspool::config {

std::string Origin::label() const {
  switch (layer) {
    case Layer::kDefault:
      return "default";
    case Layer::kBoard:
    case Layer::kFile:
      return source + ":" + std::to_string(line);
    case Layer::kEnvironment:
    case Layer::kCommandLine:
      break;
  }
  return source;
}

Origin Loaded::origin(const std::string& path) const {
  const auto found = origins.find(path);
  return found == origins.end() ? Origin{} : found->second;
}

std::string Diagnostic::text() const {
  constexpr std::size_t kLongestPath = 4096;
  const std::string who = printable(source, kLongestPath);
  if (line == 0) return who + ": " + message;
  return who + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + message;
}

std::string Diagnostics::text() const {
  std::string out;
  for (const Diagnostic& diagnostic : list) (out += diagnostic.text()) += '\n';
  if (omitted > 0) out += "... and " + std::to_string(omitted) + " more\n";
  return out;
}

}  // namespace airspool::config
