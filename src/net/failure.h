// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <airspool/core/result.h>

namespace airspool::net {

// What libcurl said about a transfer that failed.
struct Failure {
  int curl_code = 0;           // CURLcode
  long tls_verify_result = 0;  // X509_V_ERR_..., 0 when the certificate was not the reason
  std::string_view detail;     // libcurl's own sentence, may be empty
  bool connected = false;      // the connection stood
  bool head_received = false;
};

// In words for the person at the keyboard: `name` is the place asked (Target::name).
Error describe(const Failure& failure, const std::string& name);

}  // namespace airspool::net
