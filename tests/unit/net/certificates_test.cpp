// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/net/curl_http_client.h>

#include "fakes/http_test_server.h"
#include "fakes/tls_front.h"

namespace airspool::net {
namespace {

using test::HttpReply;
using ::testing::HasSubstr;

// A server that asks for a certificate, over real TLS.
class Certificates : public ::testing::Test {
 protected:
  HttpRequest request() const {
    HttpRequest request;
    request.url = "https://localhost:" + std::to_string(front.port()) + "/";
    request.ca_file = certificates.path("ca.pem");
    request.cert_file = certificates.path("client.pem");
    request.key_file = certificates.path("client.key");
    return request;
  }
  static std::uint16_t port_of(const std::string& url) {
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
  }

  // Once for all tests: they take a while to make.
  static const test::TestCertificates& made() {
    static const test::TestCertificates certificates("roof-1");
    return certificates;
  }
  const test::TestCertificates& certificates = made();
  test::HttpTestServer server;
  test::TlsFront front{{certificates.path("server.pem"), certificates.path("server.key"), certificates.path("ca.pem")},
                       port_of(server.url(""))};
  std::unique_ptr<CurlHttpClient> client = CurlHttpClient::create().value();
};

TEST_F(Certificates, SayWhoWeAre) {
  server.reply(HttpReply::ok("welcome"));
  const auto response = client->perform(request());
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->body, "welcome");
  EXPECT_EQ(front.clients(), std::vector<std::string>{"roof-1"});
}

TEST_F(Certificates, AreOfOneRequestAndNotOfTheNext) {
  server.reply(HttpReply::ok("welcome"));
  ASSERT_TRUE(client->perform(request()));
  HttpRequest nobody = request();
  nobody.cert_file.clear();
  nobody.key_file.clear();
  EXPECT_FALSE(client->perform(nobody));
  HttpRequest distrustful = request();
  distrustful.ca_file.clear();
  EXPECT_THAT(client->perform(distrustful).error().message, HasSubstr("authority"));
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(Certificates, OfAnotherAuthorityAreNotTrusted) {
  HttpRequest other = request();
  other.ca_file = certificates.path("other-ca.pem");
  const auto response = client->perform(other);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(response.error().message, HasSubstr("authority"));
}

TEST_F(Certificates, ThatAreNotThereAreOurMistake) {
  HttpRequest absent = request();
  absent.key_file = certificates.path("absent.key");
  EXPECT_EQ(client->perform(absent).error().code, ErrorCode::kConfig);
  absent = request();
  absent.ca_file = certificates.path("absent.pem");
  EXPECT_THAT(client->perform(absent).error().message, HasSubstr("ca_file"));
}

}  // namespace
}  // namespace airspool::net
