// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include <string>

#include <curl/curl.h>
#include <gtest/gtest.h>

#include "target.h"

namespace airspool::net {
namespace {

Error certificate_error(long verify_result) {
  Failure failure;
  failure.curl_code = CURLE_PEER_FAILED_VERIFICATION;
  failure.tls_verify_result = verify_result;
  return describe(failure, "https://host:443/");
}

TEST(FailureTest, ACertificateOfTomorrowPointsAtTheClock) {
  const Error error = certificate_error(9);
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("not yet valid"), std::string::npos);
  EXPECT_NE(error.message.find("clock"), std::string::npos);
}

TEST(FailureTest, NamesTheOtherReasonsOfCertificates) {
  EXPECT_NE(certificate_error(10).message.find("expired"), std::string::npos);
  EXPECT_NE(certificate_error(20).message.find("authority"), std::string::npos);
  EXPECT_NE(certificate_error(62).message.find("another host"), std::string::npos);
}

TEST(FailureTest, NamesDns) {
  Failure failure;
  failure.curl_code = CURLE_COULDNT_RESOLVE_HOST;
  const Error error = describe(failure, "https://host:443/");
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_NE(error.message.find("DNS"), std::string::npos);
}

TEST(FailureTest, OurOwnCertificateIsForUsToMend) {
  Failure failure;
  failure.curl_code = CURLE_SSL_CERTPROBLEM;
  const Error error = describe(failure, "https://host:443/");
  EXPECT_EQ(error.code, ErrorCode::kConfig);
  EXPECT_NE(error.message.find("cert_file"), std::string::npos);
}

TEST(TargetTest, KeepsQueryOutOfTheName) {
  const auto target = parse_target("https://host.example:8443/states/all?token=secret#x");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->name, "https://host.example:8443/states/all");
  EXPECT_TRUE(target->https);
  EXPECT_FALSE(target->loopback);
}

TEST(TargetTest, LoopbackIsAnAddressNotAName) {
  for (const char* url : {"http://localhost/", "http://127.0.0.1:80/", "http://127.9.9.9/", "http://[::1]:1090/"}) {
    EXPECT_TRUE(parse_target(url)->loopback) << url;
  }
  for (const char* url : {"http://127.0.0.1.example.org/", "http://localhost.example.org/", "http://[::2]/",
                          "http://10.0.0.1/", "http://127.example.org/"}) {
    EXPECT_FALSE(parse_target(url)->loopback) << url;
  }
}

TEST(TargetTest, RefusesWhatIsNoWebAddress) {
  for (const char* url : {"", "not a url", "ftp://host/", "file:///etc/passwd", "http://user:word@host/"}) {
    const auto target = parse_target(url);
    ASSERT_FALSE(target) << url;
    EXPECT_EQ(target.error().code, ErrorCode::kUsage) << url;
    EXPECT_EQ(target.error().message.find("word@"), std::string::npos);
  }
}

}  // namespace
}  // namespace airspool::net
