// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <airspool/net/http_client.h>

namespace airspool::net {

// HttpClient over libcurl: HTTP/1.1, connections kept for the next request, gzip, certificates checked against the
// system's store, `https_proxy`, `http_proxy` and `no_proxy` of the environment honoured (never for loopback).
// User agent: airspool/<version>.
//
// libcurl does not guard TLS writes against SIGPIPE in programs with threads: the program must ignore that signal.
class CurlHttpClient final : public HttpClient {
 public:
  // Sets libcurl up for the process on first use. kInternal when libcurl refuses.
  static Result<std::unique_ptr<CurlHttpClient>> create();
  ~CurlHttpClient() override;

  // kUsage while an earlier stream is still open.
  Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request) override;
  void stop() override;
  [[nodiscard]] bool stopped() const override;

 private:
  class Handles;
  class Stream;
  explicit CurlHttpClient(std::unique_ptr<Handles> handles);
  std::unique_ptr<Handles> handles_;
};

}  // namespace airspool::net
