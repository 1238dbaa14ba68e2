// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cctype>
#include <string>

#include "aws/sources.h"

namespace airspool::uplink::aws {
namespace {

constexpr const char* kWho = "instance metadata (IMDSv2)";
constexpr std::size_t kLongestAnswer = 65'536;
constexpr const char* kRoles = "/latest/meta-data/iam/security-credentials/";

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string endpoint_of(const World& world) {
  if (auto given = world.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT")) {
    while (given->ends_with('/')) given->pop_back();
    return *given;
  }
  const bool v6 = lower(world.environment("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE").value_or("")) == "ipv6";
  return v6 ? "http://[fd00:ec2::254]" : "http://169.254.169.254";
}

// The service is on this very host or link and speaks http only: that is AWS's design.
net::HttpRequest nearby(const World& world, const std::string& url) {
  net::HttpRequest request;
  request.url = url;
  request.no_proxy = true;
  request.connect_timeout = world.nearby;
  request.total_timeout = 2 * world.nearby;
  request.max_body_bytes = kLongestAnswer;
  return request;
}

tl::unexpected<Error> unavailable(const std::string& why) {
  return fail(ErrorCode::kUnavailable, std::string(kWho) + ": " + why);
}

Result<std::string> session(const World& world, const std::string& endpoint) {
  net::HttpRequest request = nearby(world, endpoint + "/latest/api/token");
  request.method = net::HttpMethod::kPut;
  request.headers.add("X-aws-ec2-metadata-token-ttl-seconds", "60");
  const auto response = world.http.perform(request);
  if (!response) {
    return tl::unexpected(
        failed(kWho, {response.error().code, response.error().message +
                                                 " (not on EC2? in a container, raise the instance's metadata hop "
                                                 "limit to 2)"}));
  }
  if (response->head.status == 403) return unavailable("it is turned off on this instance (status 403)");
  if (response->head.status != 200) return tl::unexpected(unexpected_status(kWho, response->head.status));
  std::string token(trimmed(response->body));
  if (!is_word(token)) return unavailable("what answers there is no metadata service: its token is none");
  return token;
}

Result<std::string> get(const World& world, const std::string& url, const std::string& token) {
  net::HttpRequest request = nearby(world, url);
  request.headers.add("X-aws-ec2-metadata-token", token);
  auto response = world.http.perform(request);
  if (!response) return tl::unexpected(failed(kWho, response.error()));
  if (response->head.status == 404) {
    return unavailable("this instance has no role (status 404): attach an instance profile to it");
  }
  if (response->head.status == 401)
    return unavailable("it does not take its own session (status 401); it is asked again");
  if (response->head.status != 200) return tl::unexpected(unexpected_status(kWho, response->head.status));
  return std::move(response->body);
}

}  // namespace

Answer from_instance(const World& world) {
  if (lower(world.environment("AWS_EC2_METADATA_DISABLED").value_or("")) == "true") return std::nullopt;
  const std::string endpoint = endpoint_of(world);
  const auto token = session(world, endpoint);
  if (!token) return tl::unexpected(token.error());
  const auto roles = get(world, endpoint + kRoles, *token);
  if (!roles) return tl::unexpected(roles.error());
  const std::string role(trimmed(roles->substr(0, roles->find('\n'))));
  if (!is_word(role)) return unavailable("this instance has no role: attach an instance profile to it");
  const auto answer = get(world, endpoint + kRoles + net::percent_encoded(role), *token);
  if (!answer) return tl::unexpected(answer.error());
  auto credentials = parse_metadata_credentials(*answer);
  if (!credentials) {
    return fail(ErrorCode::kInvalidData, std::string(kWho) + ", role " + role + ": " + credentials.error().message);
  }
  return std::optional(std::move(*credentials));
}

}  // namespace airspool::uplink::aws
