// SPDX-License-Identifier: Apache-2.0
#include "aws/sources.h"

#include "private_file.h"

namespace airspool::uplink::aws {

Error failed(const std::string& who, const Error& error) { return {error.code, who + ": " + error.message}; }

Error unexpected_status(const std::string& who, int status) {
  const std::string number = std::to_string(status);
  if (status >= 500 || status == 429) {
    return {ErrorCode::kUnavailable, who + ": it has trouble of its own (status " + number + "); it is asked again"};
  }
  if (status >= 300 && status < 400) {
    return {ErrorCode::kUnavailable,
            who + ": sent elsewhere (status " + number + "): a login page of the network, or the wrong endpoint"};
  }
  return {ErrorCode::kUnavailable, who + ": unexpected answer (status " + number + ")"};
}

Answer from_settings(const AwsCredentialSettings& settings) {
  const auto text = read_small_file("secret_access_key_file", settings.secret_access_key_file, Readers::kOwnerOnly);
  if (!text) return tl::unexpected(text.error());
  auto credentials = checked({settings.access_key_id, std::string(trimmed(*text)), {}});
  if (credentials) return std::optional(std::move(*credentials));
  return fail(ErrorCode::kConfig, "access_key_id and secret_access_key_file " + settings.secret_access_key_file +
                                      " must hold the id and the secret of one access key, and nothing else: " +
                                      credentials.error().message);
}

Answer from_environment(const World& world) {
  const auto id = world.environment("AWS_ACCESS_KEY_ID");
  const auto secret = world.environment("AWS_SECRET_ACCESS_KEY");
  if (!id && !secret) return std::nullopt;
  if (!id || !secret) {
    return fail(ErrorCode::kConfig,
                "environment: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY belong together: set both "
                "or none");
  }
  auto credentials = checked({*id, *secret, world.environment("AWS_SESSION_TOKEN").value_or("")});
  if (credentials) return std::optional(std::move(*credentials));
  return fail(ErrorCode::kConfig, "environment: AWS_ACCESS_KEY_ID and its companions: " + credentials.error().message);
}

}  // namespace airspool::uplink::aws
