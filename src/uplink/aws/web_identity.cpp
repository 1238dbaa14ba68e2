// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "aws/sources.h"
#include "aws/sts_answer.h"
#include "private_file.h"

namespace airspool::uplink::aws {
namespace {

constexpr const char* kWho = "web identity";
constexpr std::size_t kLongestAnswer = 65'536;

// AWS_ENDPOINT_URL is for all of AWS's services, the other one for this one.
std::string endpoint_of(const World& world) {
  for (const char* const variable : {"AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"}) {
    if (auto given = world.environment(variable)) {
      if (!given->ends_with('/')) *given += '/';
      return *given;
    }
  }
  return "https://sts." + world.region + (world.region.starts_with("cn-") ? ".amazonaws.com.cn/" : ".amazonaws.com/");
}

std::string next_step(const std::string& code) {
  if (code == "ExpiredTokenException") return ": the token has expired: whoever writes the file must renew it";
  if (code == "InvalidIdentityToken") return ": the identity provider that the role trusts does not know this token";
  if (code == "AccessDenied") return ": the role's trust policy does not allow this identity";
  return {};
}

}  // namespace

Answer assume_role_with_web_identity(const World& world, const std::string& token_file, const std::string& role_arn,
                                     std::string session_name) {
  const auto text = read_small_file("AWS_WEB_IDENTITY_TOKEN_FILE", token_file, Readers::kAnybody);
  if (!text) return tl::unexpected(failed(kWho, text.error()));
  const std::string token(trimmed(*text));
  if (!is_word(token)) {
    return fail(ErrorCode::kConfig, std::string(kWho) + ": " + token_file + " holds no token, or more than one");
  }
  if (session_name.empty()) session_name = "airspool";

  net::HttpRequest request;
  request.method = net::HttpMethod::kPost;
  request.url = endpoint_of(world);
  request.carries_secret = true;
  request.connect_timeout = world.far / 2;
  request.total_timeout = world.far;
  request.max_body_bytes = kLongestAnswer;
  request.headers.add("Content-Type", "application/x-www-form-urlencoded");
  request.body = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=" + net::percent_encoded(role_arn) +
                 "&RoleSessionName=" + net::percent_encoded(session_name) +
                 "&WebIdentityToken=" + net::percent_encoded(token);
  const auto response = world.http.perform(request);
  if (!response) return tl::unexpected(failed(kWho, response.error()));
  const int status = response->head.status;
  if (status >= 400 && status < 500) {
    const std::string code = sts_error_code(response->body);
    return fail(ErrorCode::kUnavailable, std::string(kWho) + ": the Security Token Service refuses (status " +
                                             std::to_string(status) + (code.empty() ? "" : ", " + code) + ")" +
                                             next_step(code));
  }
  if (status != 200) return tl::unexpected(unexpected_status(kWho, status));
  auto credentials = parse_sts_credentials(response->body);
  if (!credentials) {
    return fail(ErrorCode::kInvalidData,
                std::string(kWho) + ": the answer of the Security Token Service: " + credentials.error().message);
  }
  return std::optional(std::move(*credentials));
}

Answer from_web_identity(const World& world) {
  const auto token_file = world.environment("AWS_WEB_IDENTITY_TOKEN_FILE");
  const auto role_arn = world.environment("AWS_ROLE_ARN");
  if (!token_file) return std::nullopt;  // AWS_ROLE_ARN alone is used by other tools for other things
  if (!role_arn) {
    return fail(ErrorCode::kConfig, std::string(kWho) + ": AWS_WEB_IDENTITY_TOKEN_FILE needs AWS_ROLE_ARN beside it");
  }
  return assume_role_with_web_identity(world, *token_file, *role_arn,
                                       world.environment("AWS_ROLE_SESSION_NAME").value_or(""));
}

}  // namespace airspool::uplink::aws
