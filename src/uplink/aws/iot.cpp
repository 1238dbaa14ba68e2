// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "aws/sources.h"
#include "private_file.h"

namespace airspool::uplink::aws {
namespace {

constexpr std::size_t kLongestAnswer = 65'536;

}  // namespace

// AWS IoT Core developer guide, "Authorizing direct calls to AWS services using AWS IoT Core credential provider".
Answer from_iot(const World& world, const AwsCredentialSettings& settings) {
  const std::string who = "AWS IoT credential provider " + settings.iot_endpoint;
  if (const auto key = read_small_file("key_file", settings.key_file, Readers::kOwnerOnly); !key) {
    return tl::unexpected(failed(who, key.error()));
  }
  net::HttpRequest request;
  request.url = "https://" + settings.iot_endpoint + "/role-aliases/" + net::percent_encoded(settings.iot_role_alias) +
                "/credentials";
  request.cert_file = settings.cert_file;
  request.key_file = settings.key_file;
  request.ca_file = settings.ca_file;
  request.connect_timeout = world.far / 2;
  request.total_timeout = world.far;
  request.max_body_bytes = kLongestAnswer;
  if (!settings.iot_thing_name.empty()) request.headers.add("x-amzn-iot-thingname", settings.iot_thing_name);
  const auto response = world.http.perform(request);
  if (!response) return tl::unexpected(failed(who, response.error()));
  const int status = response->head.status;
  const auto refused = [&](const std::string& what) {
    return fail(ErrorCode::kUnavailable, who + ": " + what + " (status " + std::to_string(status) + ")");
  };
  if (status == 400) return refused("it does not like the question: check iot_role_alias and iot_thing_name");
  if (status == 401 || status == 403) {
    return refused(
        "refused: the certificate must be active, attached to iot_thing_name, and have a policy that allows "
        "iot:AssumeRoleWithCertificate on the role alias; and the alias's role must trust "
        "credentials.iot.amazonaws.com");
  }
  if (status == 404) return refused("there is no role alias \"" + settings.iot_role_alias + "\": check iot_role_alias");
  if (status != 200) return tl::unexpected(unexpected_status(who, status));
  auto credentials = parse_iot_credentials(response->body);
  if (!credentials) return fail(ErrorCode::kInvalidData, who + ": " + credentials.error().message);
  return std::optional(std::move(*credentials));
}

}  // namespace airspool::uplink::aws
