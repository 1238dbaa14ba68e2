// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include <airspool/core/clock.h>
#include <airspool/core/result.h>
#include <airspool/net/http_client.h>
#include <airspool/uplink/msk_token.h>

#include "aws/credentials.h"

namespace airspool::uplink::aws {

// What every source may use. All of it outlives the call; the HTTP client has no answer open.
struct World {
  const Environment& environment;
  net::HttpClient& http;
  std::string region;
  // The instance's or container's own endpoint: it is next door or not there.
  std::chrono::milliseconds nearby{1'000};
  std::chrono::milliseconds far{15'000};
};

// Credentials; nothing when nobody set this source up; an error when somebody did, and it gives none, in words that
// name what was asked and the next step, and no secret.
using Answer = Result<std::optional<Credentials>>;

// The words of a failed HTTP exchange with `who`: the client's, or those for a status that means nothing special.
Error failed(const std::string& who, const Error& error);
Error unexpected_status(const std::string& who, int status);

// Keys of a user in the configuration: an id and a file with the secret.
Answer from_settings(const AwsCredentialSettings& settings);

// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN.
Answer from_environment(const World& world);

// AWS_WEB_IDENTITY_TOKEN_FILE and AWS_ROLE_ARN (and AWS_ROLE_SESSION_NAME): the file's token is changed for keys at the
// Security Token Service of the region, or at AWS_ENDPOINT_URL_STS or AWS_ENDPOINT_URL.
Answer from_web_identity(const World& world);
Answer assume_role_with_web_identity(const World& world, const std::string& token_file, const std::string& role_arn,
                                     std::string session_name);

// A profile of the files that AWS's tools share: AWS_SHARED_CREDENTIALS_FILE or ~/.aws/credentials, AWS_CONFIG_FILE or
// ~/.aws/config; what stands in the first wins. Its name: `named`, else AWS_PROFILE, else "default". Keys, with or
// without a session token, and role_arn with web_identity_token_file are understood.
Answer from_profile(const World& world, const std::string& named);

// A container of ECS or EKS: AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or .._FULL_URI, with
// AWS_CONTAINER_AUTHORIZATION_TOKEN
// (_FILE). Plain http goes to this machine and to the addresses that ECS and EKS use and nowhere else.
Answer from_container(const World& world);

// The role of an EC2 instance, from its metadata service, version 2 only (a session of its own, so that a confused web
// server in front cannot be made to ask). AWS_EC2_METADATA_DISABLED, AWS_EC2_METADATA_SERVICE_ENDPOINT(_MODE); the
// chain looks after AWS_METADATA_SERVICE_TIMEOUT.
Answer from_instance(const World& world);

// The credential provider of AWS IoT.
Answer from_iot(const World& world, const AwsCredentialSettings& settings);

}  // namespace airspool::uplink::aws
