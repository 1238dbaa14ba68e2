// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/net/http_client.h>

#include "fakes/fake_http.h"

namespace airspool::net {
namespace {

TEST(HttpHeadersTest, FindsNamesWithoutCase) {
  HttpHeaders headers;
  headers.add("X-Rate-Limit-Remaining", "399");
  EXPECT_EQ(headers.find("x-rate-limit-remaining"), "399");
  EXPECT_EQ(headers.find("X-Rate-Limit"), "");
}

TEST(PercentEncodedTest, LeavesOnlyUnreservedCharacters) {
  EXPECT_EQ(percent_encoded("aZ9-._~"), "aZ9-._~");
  EXPECT_EQ(percent_encoded("a b&c=d/\xC3\xA9%"), "a%20b%26c%3Dd%2F%C3%A9%25");
}

TEST(HttpClientTest, PerformReadsToTheEnd) {
  test::FakeHttp http;
  http.script.push_back({201, "a body longer than one read", {}, {}, {}});
  const auto response = http.perform({});
  ASSERT_TRUE(response);
  EXPECT_EQ(response->head.status, 201);
  EXPECT_EQ(response->body, "a body longer than one read");
}

TEST(HttpClientTest, PerformGivesNoHalfBody) {
  test::FakeHttp http;
  http.script.push_back({200, "half", {}, {}, Error{ErrorCode::kIo, "cut"}});
  const auto response = http.perform({});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace airspool::net
