// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <airspool/config/config.h>

namespace airspool::cli {

// The unit gives the service each file NAME of /etc/airspool/secrets, which only root can open, as
// /run/credentials/airspool.service/secrets_NAME (LoadCredential=): that is what the configuration names.
struct ServiceSecrets {
  std::string folder = "/etc/airspool/secrets";
  std::string seen_by_service = "/run/credentials/airspool.service/secrets_";

  // The file behind a path of the service's; nothing when it is another path.
  [[nodiscard]] std::optional<std::string> file_of(const std::string& path) const;
  // For checks by hand: where the service's path cannot be read here and the file can, the file takes its place.
  void resolve(config::Config& config) const;
};

}  // namespace airspool::cli
