// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <string>

#include "aws/sources.h"
#include "private_file.h"

namespace airspool::uplink::aws {
namespace {

constexpr const char* kWho = "container credentials";
constexpr std::size_t kLongestAnswer = 65'536;
constexpr const char* kEcs = "http://169.254.170.2";

// The host of an http URL, without port and brackets; empty when it is hidden behind a user, or there is none.
std::string_view host_of(std::string_view url) {
  url.remove_prefix(std::string_view("http://").size());
  url = url.substr(0, url.find_first_of("/?#\\"));
  if (url.find('@') != url.npos) return {};
  if (url.starts_with('[')) return url.substr(1, std::min(url.find(']'), url.size()) - 1);
  return url.substr(0, url.find(':'));
}

bool is_loopback(std::string_view host) {
  if (host == "localhost" || host == "::1") return true;
  return host.starts_with("127.") && host.find_first_not_of("0123456789.") == host.npos;
}

// Where the token may travel in the clear: this machine, ECS, EKS (AWS SDKs and Tools Reference Guide, "Container
// credential provider").
bool may_be_plain(std::string_view host) {
  constexpr std::array<std::string_view, 3> kAllowed{"169.254.170.2", "169.254.170.23", "fd00:ec2::23"};
  for (const auto allowed : kAllowed) {
    if (host == allowed) return true;
  }
  return is_loopback(host);
}

Result<std::string> authorization(const World& world) {
  std::string token;
  if (const auto path = world.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")) {
    // Mounted by the cluster, with the access that it likes, and renewed: read each time.
    const auto text = read_small_file("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", *path, Readers::kAnybody);
    if (!text) return tl::unexpected(failed(kWho, text.error()));
    token = trimmed(*text);
  } else {
    token = world.environment("AWS_CONTAINER_AUTHORIZATION_TOKEN").value_or("");
  }
  if (token.find_first_of("\r\n") != token.npos) {
    return fail(ErrorCode::kConfig, std::string(kWho) + ": the authorization token holds a line break");
  }
  return token;
}

}  // namespace

Answer from_container(const World& world) {
  const auto relative = world.environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const auto full = world.environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!relative && !full) return std::nullopt;
  const auto wrong = [](const std::string& why) { return fail(ErrorCode::kConfig, std::string(kWho) + ": " + why); };
  std::string url;
  if (relative) {
    if (!relative->starts_with('/')) return wrong("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI must start with a slash");
    url = kEcs + *relative;
  } else {
    url = *full;
    const bool plain = url.starts_with("http://");
    if (!plain && !url.starts_with("https://")) {
      return wrong("AWS_CONTAINER_CREDENTIALS_FULL_URI must start with http:// or https://");
    }
    if (plain && !may_be_plain(host_of(url))) {
      return wrong(
          "AWS_CONTAINER_CREDENTIALS_FULL_URI is plain http to a host that is neither this machine nor ECS's or "
          "EKS's: use https");
    }
  }
  const auto token = authorization(world);
  if (!token) return tl::unexpected(token.error());

  net::HttpRequest request;
  request.url = url;
  request.no_proxy = url.starts_with("http://");
  request.connect_timeout = world.nearby;
  request.total_timeout = 5 * world.nearby;
  request.max_body_bytes = kLongestAnswer;
  request.headers.add("Accept", "application/json");
  if (!token->empty()) request.headers.add("Authorization", *token);
  const auto response = world.http.perform(request);
  if (!response) return tl::unexpected(failed(kWho, response.error()));
  const int status = response->head.status;
  if (status == 401 || status == 403) {
    return fail(ErrorCode::kUnavailable, std::string(kWho) + ": refused (status " + std::to_string(status) +
                                             "): check the role of the task or pod, and its authorization token");
  }
  if (status == 404) {
    return fail(ErrorCode::kUnavailable, std::string(kWho) + ": nothing there (status 404): this task has no role");
  }
  if (status != 200) return tl::unexpected(unexpected_status(kWho, status));
  auto credentials = parse_metadata_credentials(response->body);
  if (!credentials) return fail(ErrorCode::kInvalidData, std::string(kWho) + ": " + credentials.error().message);
  return std::optional(std::move(*credentials));
}

}  // namespace airspool::uplink::aws
