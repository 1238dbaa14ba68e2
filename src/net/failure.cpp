// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include <curl/curl.h>

namespace airspool::net {
namespace {

// The reasons of OpenSSL's X509_verify_cert (openssl-verification-options(1)) that a person can do something about.
std::string certificate_problem(long result, std::string_view detail) {
  switch (result) {
    case 9:
      return "its certificate is not yet valid: the clock of this machine is probably behind; it is tried again, set "
             "the clock (timedatectl)";
    case 10:
      return "its certificate has expired: check the clock of this machine (timedatectl), else its operator must renew "
             "it";
    case 18:
    case 19:
    case 20:
    case 21:
      return "its certificate is signed by an authority that this machine does not know: install ca-certificates, or "
             "find out who answers in its place (a login page, a proxy)";
    case 62:
    case 64:
      return "its certificate belongs to another host: check the URL, or find out who answers in its place";
    default:
      return detail.empty() ? "its certificate was not accepted" : std::string(detail);
  }
}

}  // namespace

Error describe(const Failure& failure, const std::string& name) {
  const auto unavailable = [&](const std::string& text) { return Error{ErrorCode::kUnavailable, name + ": " + text}; };
  const std::string detail = failure.detail.empty() ? curl_easy_strerror(static_cast<CURLcode>(failure.curl_code))
                                                    : std::string(failure.detail);
  switch (failure.curl_code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return unavailable("no such host, or no DNS: check the spelling and the network");
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable("the proxy's host is not known: check https_proxy");
    case CURLE_COULDNT_CONNECT:
      return unavailable("connection refused or host unreachable (" + detail + ")");
    case CURLE_OPERATION_TIMEDOUT:
      return unavailable(!failure.connected      ? "timeout: no connection"
                         : failure.head_received ? "timeout: the answer is not complete"
                                                 : "timeout: connected, but no answer");
    case CURLE_PEER_FAILED_VERIFICATION:
      return unavailable("TLS: " + certificate_problem(failure.tls_verify_result, detail));
    case CURLE_SSL_CACERT_BADFILE:
      return unavailable("TLS: the certificates to trust cannot be read: install ca-certificates, or check ca_file (" +
                         detail + ")");
    case CURLE_SSL_CERTPROBLEM:
      return {ErrorCode::kConfig,
              name + ": TLS: our own certificate or its key is not to be used: check cert_file and key_file (" +
                  detail + ")"};
    case CURLE_SSL_CONNECT_ERROR:
      return unavailable("TLS: no secure connection (" + detail + ")");
    case CURLE_PARTIAL_FILE:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_GOT_NOTHING:
      return {ErrorCode::kIo, name + ": the connection ended before the answer did (" + detail + ")"};
    case CURLE_BAD_CONTENT_ENCODING:
      return {ErrorCode::kInvalidData, name + ": the answer is badly compressed (" + detail + ")"};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
      return {ErrorCode::kInvalidData, name + ": what answers does not speak HTTP (" + detail + ")"};
    default:
      return unavailable(detail);
  }
}

}  // namespace airspool::net
