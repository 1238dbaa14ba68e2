// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <cstddef>
#include <cstdint>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

namespace airspool::net {
namespace {

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

std::string part(const Url& url, CURLUPart what) {
  char* text = nullptr;
  if (curl_url_get(url.get(), what, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

// By the address itself: a name like 127.0.0.1.example.org may lead anywhere. "localhost" is always this machine to
// libcurl (RFC 6761 6.3).
bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  if (host.size() < 2 || host.front() != '[') return false;
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6) != 1) return false;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

Result<Target> parse_target(const std::string& url) {
  const Url parsed(curl_url(), &curl_url_cleanup);
  if (!parsed) return fail(ErrorCode::kInternal, "out of memory while reading a URL");
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    // The text itself may hold a secret: it is not repeated.
    return fail(ErrorCode::kUsage, "not a URL: write it as https://host/path");
  }
  Target target;
  target.host = part(parsed, CURLUPART_HOST);
  const std::string scheme = part(parsed, CURLUPART_SCHEME);
  const std::string port = part(parsed, CURLUPART_PORT);
  target.name = scheme + "://" + target.host + (port.empty() ? "" : ":" + port) + part(parsed, CURLUPART_PATH);
  if (scheme != "http" && scheme != "https") {
    return fail(ErrorCode::kUsage, target.name + ": only http and https are spoken here");
  }
  if (!part(parsed, CURLUPART_USER).empty() || !part(parsed, CURLUPART_PASSWORD).empty()) {
    return fail(ErrorCode::kUsage, target.name + ": user and password do not belong into a URL: remove them");
  }
  target.https = scheme == "https";
  target.loopback = is_loopback(target.host);
  return target;
}

}  // namespace airspool::net
