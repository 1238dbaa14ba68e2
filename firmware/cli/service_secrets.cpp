// SPDX-License-Identifier: Apache-2.0
#include "cli/service_secrets.h"

#include <unistd.h>

namespace airspool::cli {

std::optional<std::string> ServiceSecrets::file_of(const std::string& path) const {
  if (!path.starts_with(seen_by_service) || path.find('/', seen_by_service.size()) != std::string::npos) {
    return std::nullopt;
  }
  return folder + "/" + path.substr(seen_by_service.size());
}

void ServiceSecrets::resolve(config::Config& config) const {
  const auto look = [this](std::optional<std::string>& path) {
    const auto file = path ? file_of(*path) : std::nullopt;
    if (file && ::access(path->c_str(), R_OK) != 0 && ::access(file->c_str(), R_OK) == 0) path = *file;
  };
  look(config.opensky.credentials_file);
  look(config.opensky.client_secret_file);
  for (config::Sink& sink : config.sinks) {
    look(sink.password_file);
    look(sink.ca_file);
    look(sink.cert_file);
    look(sink.key_file);
    look(sink.secret_access_key_file);
  }
}

}  // namespace airspool::cli
