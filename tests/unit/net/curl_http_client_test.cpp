// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/net/curl_http_client.h>

#include "fakes/http_test_server.h"

namespace airspool::net {
namespace {

using test::HttpReply;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class CurlHttpClientTest : public ::testing::Test {
 protected:
  HttpRequest to_server() const {
    HttpRequest request;
    request.url = server.url("/states/all?lamin=1");
    return request;
  }

  test::HttpTestServer server;
  std::unique_ptr<CurlHttpClient> client = CurlHttpClient::create().value();
};

TEST_F(CurlHttpClientTest, GivesStatusHeadersAndBody) {
  server.reply(HttpReply::with_status(429, "wait", "X-Rate-Limit-Retry-After-Seconds: 17\r\n"));
  const auto response = client->perform(to_server());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->head.status, 429);
  EXPECT_EQ(response->head.headers.find("x-rate-limit-retry-after-seconds"), "17");
  EXPECT_EQ(response->body, "wait");
}

TEST_F(CurlHttpClientTest, SaysWhoItIsAndThatItUnpacks) {
  server.reply(HttpReply::ok(""));
  HttpRequest request = to_server();
  request.headers.add("X-Test", "yes");
  ASSERT_TRUE(client->perform(request));
  const std::string asked = server.requests().at(0);
  EXPECT_THAT(asked, StartsWith("GET /states/all?lamin=1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, HasSubstr("User-Agent: airspool/"));
  EXPECT_THAT(asked, HasSubstr("Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(asked, HasSubstr("X-Test: yes\r\n"));
}

TEST_F(CurlHttpClientTest, PostsABody) {
  server.reply(HttpReply::ok("token"));
  HttpRequest request = to_server();
  request.method = HttpMethod::kPost;
  request.body = "grant_type=client_credentials";
  ASSERT_TRUE(client->perform(request));
  const std::string asked = server.requests().at(0);
  EXPECT_THAT(asked, StartsWith("POST "));
  EXPECT_THAT(asked, HasSubstr("\r\n\r\ngrant_type=client_credentials"));
}

TEST_F(CurlHttpClientTest, PutsABody) {
  server.reply(HttpReply::ok(""));
  server.reply(HttpReply::ok(""));
  server.reply(HttpReply::ok(""));
  HttpRequest request = to_server();
  request.method = HttpMethod::kPut;
  ASSERT_TRUE(client->perform(request));
  request.body = "x";
  request.headers.add("Content-Type", "text/plain");
  ASSERT_TRUE(client->perform(request));
  ASSERT_TRUE(client->perform(to_server()));
  const auto asked = server.requests();
  EXPECT_THAT(asked.at(0), StartsWith("PUT /states/all?lamin=1 HTTP/1.1\r\n"));
  EXPECT_THAT(asked.at(0), HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(asked.at(0), Not(HasSubstr("Content-Type")));
  EXPECT_THAT(asked.at(1), HasSubstr("Content-Type: text/plain\r\n"));
  EXPECT_THAT(asked.at(1), HasSubstr("\r\n\r\nx"));
  EXPECT_THAT(asked.at(2), StartsWith("GET "));
}

TEST_F(CurlHttpClientTest, HalfAKeyPairIsRefused) {
  HttpRequest request = to_server();
  request.cert_file = "cert.pem";
  EXPECT_EQ(client->perform(request).error().code, ErrorCode::kUsage);
}

TEST_F(CurlHttpClientTest, UsesItsConnectionAgain) {
  server.reply(HttpReply::ok("one"));
  server.reply(HttpReply::ok("two"));
  EXPECT_EQ(client->perform(to_server())->body, "one");
  EXPECT_EQ(client->perform(to_server())->body, "two");
  EXPECT_EQ(server.connections(), 1U);
}

TEST_F(CurlHttpClientTest, AGetAfterAPostIsAGet) {
  server.reply(HttpReply::ok(""));
  server.reply(HttpReply::ok(""));
  HttpRequest post = to_server();
  post.method = HttpMethod::kPost;
  post.body = "x";
  ASSERT_TRUE(client->perform(post));
  ASSERT_TRUE(client->perform(to_server()));
  EXPECT_THAT(server.requests().at(1), StartsWith("GET "));
}

TEST_F(CurlHttpClientTest, UnpacksGzip) {
  server.reply(HttpReply::ok(test::gzip_stored("{\"time\":1}"), "Content-Encoding: gzip\r\n"));
  const auto response = client->perform(to_server());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "{\"time\":1}");
}

TEST_F(CurlHttpClientTest, ABombIsBoundedByWhatItUnpacksTo) {
  server.reply(HttpReply::ok(test::gzip_bomb('[', 20'000), "Content-Encoding: gzip\r\n"));
  HttpRequest request = to_server();
  request.max_body_bytes = 1'000'000;
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(response.error().message, HasSubstr("larger than 1000000 bytes"));
}

TEST_F(CurlHttpClientTest, ALargeBodyArrivesWholeThroughASmallWindow) {
  constexpr std::size_t kRuns = 10'000;
  server.reply(HttpReply::ok(test::gzip_bomb('a', kRuns), "Content-Encoding: gzip\r\n"));
  const auto response = client->perform(to_server());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, std::string(1 + 258 * kRuns, 'a'));
}

TEST_F(CurlHttpClientTest, ALargePlainBodyArrivesWhole) {
  std::string body;
  for (int i = 0; i < 200'000; ++i) body += std::to_string(i);
  server.reply(HttpReply::ok(body));
  const auto response = client->perform(to_server());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, body);
}

TEST_F(CurlHttpClientTest, BadGzipIsInvalidData) {
  server.reply(HttpReply::ok("this is not packed", "Content-Encoding: gzip\r\n"));
  const auto response = client->perform(to_server());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kInvalidData);
}

TEST_F(CurlHttpClientTest, ACutBodyIsIo) {
  server.reply({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", HttpReply::Then::kClose});
  const auto response = client->perform(to_server());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kIo);
}

TEST_F(CurlHttpClientTest, ACutChunkedBodyIsIo) {
  server.reply({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n", HttpReply::Then::kClose});
  const auto response = client->perform(to_server());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kIo);
}

TEST_F(CurlHttpClientTest, SilenceEndsInATimeout) {
  server.reply({"", HttpReply::Then::kHang});
  HttpRequest request = to_server();
  request.total_timeout = std::chrono::milliseconds(50);
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("timeout: connected, but no answer"));
  EXPECT_THAT(response.error().message, Not(HasSubstr("lamin")));
}

TEST_F(CurlHttpClientTest, ABodyThatStallsEndsInATimeout) {
  server.reply({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this", HttpReply::Then::kHang});
  HttpRequest request = to_server();
  request.total_timeout = std::chrono::milliseconds(50);
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("not complete"));
}

TEST_F(CurlHttpClientTest, AClosedPortIsRefused) {
  HttpRequest request;
  {
    const test::HttpTestServer gone;
    request.url = gone.url();
  }
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("refused"));
}

TEST_F(CurlHttpClientTest, WhatIsNotHttpIsInvalidData) {
  server.reply({"220 mail.example ESMTP\r\n", HttpReply::Then::kClose});
  const auto response = client->perform(to_server());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kInvalidData);
}

TEST_F(CurlHttpClientTest, AnEndlessHeadIsRefused) {
  std::string head = "HTTP/1.1 200 OK\r\n";
  while (head.size() < 80'000) head += "X-Filler: " + std::string(1000, 'x') + "\r\n";
  server.reply({head, HttpReply::Then::kClose});
  const auto response = client->perform(to_server());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kInvalidData);
  EXPECT_THAT(response.error().message, HasSubstr("head"));
}

TEST_F(CurlHttpClientTest, RedirectsAreAnswersNotOrders) {
  server.reply(HttpReply::with_status(302, "", "Location: http://login.example/\r\n"));
  EXPECT_EQ(client->perform(to_server())->head.status, 302);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(CurlHttpClientTest, ASecretDoesNotTravelInTheClear) {
  HttpRequest request;
  request.url = "http://opensky.example/token?code=hush";
  request.carries_secret = true;
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUsage);
  EXPECT_THAT(response.error().message, HasSubstr("https"));
  EXPECT_THAT(response.error().message, Not(HasSubstr("hush")));
}

TEST_F(CurlHttpClientTest, ASecretMayStayOnThisMachine) {
  server.reply(HttpReply::ok("fine"));
  HttpRequest request = to_server();
  request.carries_secret = true;
  EXPECT_TRUE(client->perform(request));
}

TEST_F(CurlHttpClientTest, AHeaderCannotSmuggleALine) {
  HttpRequest request = to_server();
  request.headers.add("X-Test", "a\r\nX-Evil: b");
  const auto response = client->perform(request);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUsage);
  EXPECT_TRUE(server.requests().empty());
}

TEST_F(CurlHttpClientTest, StopFromAnotherThreadEndsARunningTransfer) {
  server.reply({"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", HttpReply::Then::kHang});
  std::thread other([&] {
    server.wait_for_requests(1);
    client->stop();
  });
  HttpRequest request = to_server();
  request.total_timeout = std::chrono::hours(1);
  const auto response = client->perform(request);
  other.join();
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("stopped"));
  EXPECT_TRUE(client->stopped());
}

TEST_F(CurlHttpClientTest, NothingIsAskedAfterStop) {
  client->stop();
  EXPECT_FALSE(client->perform(to_server()));
}

TEST_F(CurlHttpClientTest, OneStreamAtATime) {
  server.reply(HttpReply::ok("one"));
  server.reply(HttpReply::ok("two"));
  auto first = client->open(to_server());
  ASSERT_TRUE(first);
  EXPECT_EQ(client->perform(to_server()).error().code, ErrorCode::kUsage);
  first->reset();
  EXPECT_TRUE(client->perform(to_server()));
}

// For the time of a test; the client asks for it anew with each request.
class Environment {
 public:
  Environment(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST_F(CurlHttpClientTest, GoesThroughTheProxyThatTheEnvironmentNames) {
  const Environment proxy("https_proxy", server.url());
  server.reply(HttpReply::with_status(403, "not there"));
  HttpRequest request;
  request.url = "https://airspool.invalid/token";
  request.method = HttpMethod::kPost;
  request.body = "client_secret=hidden";
  request.headers.add("Authorization", "Bearer hidden");
  request.carries_secret = true;
  EXPECT_FALSE(client->perform(request));
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string asked = server.requests().at(0);
  EXPECT_THAT(asked, StartsWith("CONNECT airspool.invalid:443 HTTP/1.1\r\n"));
  EXPECT_THAT(asked, Not(HasSubstr("hidden"))) << "what is secret is for the other end of the tunnel";
}

TEST_F(CurlHttpClientTest, NothingButTlsGoesThroughTheTunnel) {
  const Environment proxy("https_proxy", server.url());
  server.reply({"HTTP/1.1 200 Connection established\r\n\r\n", HttpReply::Then::kKeepOpen});
  std::thread other([&] {
    server.wait_for_bytes(6);
    client->stop();
  });
  HttpRequest request;
  request.url = "https://airspool.invalid/token";
  request.headers.add("Authorization", "Bearer hidden");
  EXPECT_FALSE(client->perform(request));
  other.join();
  const std::string inside = server.unfinished();
  ASSERT_GE(inside.size(), 6U);
  EXPECT_EQ(inside[0], '\x16') << "a handshake (RFC 8446 5.1)";
  EXPECT_EQ(inside[5], '\x01') << "that says hello";
  EXPECT_THAT(inside, Not(HasSubstr("hidden")));
}

TEST_F(CurlHttpClientTest, NoProxyNamesWhatIsAskedDirectly) {
  const Environment proxy("https_proxy", server.url());
  const Environment direct("no_proxy", "airspool.invalid");
  HttpRequest request;
  request.url = "https://airspool.invalid/";
  EXPECT_FALSE(client->perform(request));
  EXPECT_EQ(server.connections(), 0U);
}

TEST_F(CurlHttpClientTest, ARequestMayKeepAwayFromProxies) {
  const Environment proxy("https_proxy", server.url());
  HttpRequest request;
  request.url = "https://airspool.invalid/";
  request.no_proxy = true;
  EXPECT_FALSE(client->perform(request));
  EXPECT_EQ(server.connections(), 0U);
}

}  // namespace
}  // namespace airspool::net
