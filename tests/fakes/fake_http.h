// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <airspool/net/http_client.h>

namespace airspool::test {

// What the fake service answers to one request.
struct FakeAnswer {
  int status = 200;
  std::string body;
  net::HttpHeaders headers;
  std::optional<Error> open_error;  // instead of an answer
  std::optional<Error> body_error;  // after `body`: the connection broke
};

// The second implementation of HttpClient: answers from a script, in order, and remembers what was asked. An empty
// script is a service that cannot be reached.
class FakeHttp final : public net::HttpClient {
 public:
  std::deque<FakeAnswer> script;
  std::vector<net::HttpRequest> requests;
  std::size_t piece_bytes = 7;  // how much of a body one read gives at most

  Result<std::unique_ptr<net::HttpStream>> open(const net::HttpRequest& request) override {
    requests.push_back(request);
    if (stopped_) return fail(ErrorCode::kUnavailable, "stopped");
    if (script.empty()) return fail(ErrorCode::kUnavailable, "connection refused");
    FakeAnswer answer = std::move(script.front());
    script.pop_front();
    if (answer.open_error) return tl::unexpected(*answer.open_error);
    return std::make_unique<Stream>(std::move(answer), piece_bytes);
  }
  void stop() override { stopped_ = true; }
  [[nodiscard]] bool stopped() const override { return stopped_; }

 private:
  class Stream final : public net::HttpStream {
   public:
    Stream(FakeAnswer answer, std::size_t piece_bytes) : answer_(std::move(answer)), piece_bytes_(piece_bytes) {
      head_.status = answer_.status;
      head_.headers = answer_.headers;
    }
    [[nodiscard]] const net::HttpHead& head() const override { return head_; }
    Result<std::size_t> read(std::span<char> into) override {
      const std::size_t count = std::min({into.size(), piece_bytes_, answer_.body.size() - read_});
      if (count == 0 && answer_.body_error) return tl::unexpected(*answer_.body_error);
      std::memcpy(into.data(), answer_.body.data() + read_, count);
      read_ += count;
      return count;
    }

   private:
    FakeAnswer answer_;
    net::HttpHead head_;
    std::size_t piece_bytes_;
    std::size_t read_ = 0;
  };

  bool stopped_ = false;
};

}  // namespace airspool::test
