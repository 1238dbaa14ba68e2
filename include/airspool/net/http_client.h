// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <airspool/core/result.h>

namespace airspool::net {

// Header fields in the order of the message. Names compare without case (RFC 9110 5.1).
class HttpHeaders {
 public:
  void add(std::string_view name, std::string_view value);
  // The value of the first field of that name; empty when there is none. Lives as long as the headers are not changed.
  [[nodiscard]] std::string_view find(std::string_view name) const;

  struct Field {
    std::string name;
    std::string value;
  };
  [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }

 private:
  std::vector<Field> fields_;
};

enum class HttpMethod : std::uint8_t { kGet, kPost, kPut };

struct HttpRequest {
  HttpMethod method = HttpMethod::kGet;
  std::string url;  // http or https; query values already escaped (percent_encoded)
  HttpHeaders headers;
  std::string body;  // kPost and kPut only
  // The request holds a credential. It is refused (kUsage) unless it goes by https, or to this very machine.
  bool carries_secret = false;
  // Goes straight to its host, whatever the environment says of proxies: for what is next door.
  bool no_proxy = false;
  // PEM files for this request, https only. The authorities to trust in place of the system's; and, together, who we
  // are.
  std::string ca_file;
  std::string cert_file;
  std::string key_file;
  std::chrono::milliseconds connect_timeout{5'000};
  std::chrono::milliseconds total_timeout{15'000};      // from open() to the last byte of the body
  std::size_t max_body_bytes = std::size_t{64} << 20U;  // after unpacking; more is kInvalidData
};

struct HttpHead {
  int status = 0;
  HttpHeaders headers;
};

struct HttpResponse {
  HttpHead head;
  std::string body;
};

// An answer whose body is still on its way. Belongs to the thread of its client, which it must not outlive.
// Destroying it early drops the rest.
class HttpStream {
 public:
  HttpStream() = default;
  HttpStream(const HttpStream&) = delete;
  HttpStream& operator=(const HttpStream&) = delete;
  virtual ~HttpStream() = default;

  [[nodiscard]] virtual const HttpHead& head() const = 0;

  // The next bytes of the body, unpacked: as many as are there, at least one; waits for them. 0: the body is complete.
  // kIo: the connection ended before the body did; kInvalidData: larger than `max_body_bytes`, or badly packed;
  // kUnavailable: timeout, or stopped. After an error every call gives the same error.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

// Asks a web service. An answer of any status is a success here: what 429 means is the caller's business. Redirects are
// not followed: an API that answers with one is most often a login page in between.
//
// Bodies are pulled, not pushed, so that a reader which pulls too (a streaming parser) holds no more than a few kB.
// Owned and called by one thread, one stream at a time; only `stop` and `stopped` may be called from others.
//
// Errors, in words and with the next step: kUnavailable (no such host, refused, TLS, timeout, stopped), kIo (the
// connection broke), kInvalidData (not HTTP, too large), kUsage (a URL or header that makes no sense, or a secret that
// would travel in the clear), kConfig (a certificate or key file that is none). Messages hold no query, header or body,
// so that they can be logged.
class HttpClient {
 public:
  HttpClient() = default;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;
  virtual ~HttpClient() = default;

  // Returns when the head of the answer is there.
  virtual Result<std::unique_ptr<HttpStream>> open(const HttpRequest& request) = 0;

  // For ever: a running transfer ends within about 100 ms with kUnavailable, later ones at once. Any thread, and twice.
  virtual void stop() = 0;
  [[nodiscard]] virtual bool stopped() const = 0;

  // The whole answer at once: for small bodies.
  Result<HttpResponse> perform(const HttpRequest& request);
};

// Everything but letters, digits and "-._~" as %XX (RFC 3986 2.1).
std::string percent_encoded(std::string_view text);

}  // namespace airspool::net
