// SPDX-License-Identifier: Apache-2.0
#include "uplink/aws/presign.h"

#include <chrono>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "shared_data.h"

namespace airspool::uplink::aws {
namespace {

using std::chrono::seconds;

// 2026-11-22T12:34:56Z
constexpr WallTime kThen{seconds(1'795'350'896)};
constexpr const char* kSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

PresignRequest msk(const std::string& region) {
  PresignRequest request;
  request.host = "kafka." + region + ".amazonaws.com";
  request.region = region;
  request.service = "kafka-cluster";
  request.query = {{"Action", "kafka-cluster:Connect"}};
  return request;
}

// Names and values of a URL's query as they stand.
std::map<std::string, std::string> query_of(const std::string& url) {
  std::map<std::string, std::string> query;
  std::size_t at = url.find('?');
  while (at != std::string::npos) {
    const std::size_t end = url.find('&', at + 1);
    const std::string pair = url.substr(at + 1, end == std::string::npos ? end : end - at - 1);
    const std::size_t equals = pair.find('=');
    query[pair.substr(0, equals)] = pair.substr(equals + 1);
    at = end;
  }
  return query;
}

// The two signatures were made with AWS's own signer for MSK under a clock that stood.
TEST(Presign, SignsForTheKeysOfAUserAsAwsDoes) {
  const auto url = presigned_url(msk("eu-central-1"), {"AKIDEXAMPLE", kSecret, ""}, kThen);
  ASSERT_TRUE(url);
  EXPECT_EQ(*url,
            "https://kafka.eu-central-1.amazonaws.com/?Action=kafka-cluster%3AConnect&X-Amz-Algorithm=AWS4-HMAC-SHA256"
            "&X-Amz-Credential=AKIDEXAMPLE%2F20261122%2Feu-central-1%2Fkafka-cluster%2Faws4_request"
            "&X-Amz-Date=20261122T123456Z&X-Amz-Expires=900&X-Amz-SignedHeaders=host"
            "&X-Amz-Signature=603bfe02598026b10b22b8e0c634dbe47188fbc13141dc3da301f2d8100d5279");
}

TEST(Presign, SignsForTemporaryKeysAsAwsDoes) {
  const auto url =
      presigned_url(msk("eu-central-1"),
                    {"ASIAEXAMPLE", kSecret, "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaDGV1LWNlbnRyYWwtMSJH+/=="}, kThen);
  ASSERT_TRUE(url);
  const auto query = query_of(*url);
  EXPECT_EQ(query.at("X-Amz-Signature"), "94ba6885bd4134e6820aeb9dcace9a1d25e4fae4594cc777ff1c92397ea9b881");
  EXPECT_EQ(query.at("X-Amz-Security-Token"),
            "IQoJb3JpZ2luX2VjEXAMPLE%2F%2F%2F%2F%2F%2F%2F%2F%2F%2FwEaDGV1LWNlbnRyYWwtMSJH%2B%2F%3D%3D");
}

TEST(Presign, TheSignatureDependsOnEverythingThatIsSigned) {
  const Credentials credentials{"AKIDEXAMPLE", kSecret, ""};
  const auto signature = [](const PresignRequest& request, const Credentials& with, WallTime when) {
    return query_of(presigned_url(request, with, when).value()).at("X-Amz-Signature");
  };
  const std::string usual = signature(msk("eu-central-1"), credentials, kThen);
  EXPECT_EQ(signature(msk("eu-central-1"), credentials, kThen), usual);
  EXPECT_NE(signature(msk("eu-west-1"), credentials, kThen), usual);
  EXPECT_NE(signature(msk("eu-central-1"), credentials, kThen + seconds(1)), usual);
  EXPECT_NE(signature(msk("eu-central-1"), {"AKIDEXAMPLE", "another", ""}, kThen), usual);
  PresignRequest shorter = msk("eu-central-1");
  shorter.lifetime = seconds(60);
  EXPECT_NE(signature(shorter, credentials, kThen), usual);
}

TEST(Presign, EscapesAllThatIsNotUnreserved) {
  PresignRequest request = msk("eu-central-1");
  request.query = {{"b c", "ä/?&=+~-._"}, {"a", ""}};
  const auto query = query_of(presigned_url(request, {"AKIDEXAMPLE", kSecret, ""}, kThen).value());
  EXPECT_EQ(query.at("b%20c"), "%C3%A4%2F%3F%26%3D%2B~-._");
  EXPECT_EQ(query.at("a"), "");
}

TEST(Presign, MatchesTheRecordedTokensInAllButTheUserAgent) {
  const auto path = test::shared_data("msk-iam-vectors.json");
  AIRSPOOL_REQUIRE_SHARED(path);
  std::ifstream file(path);
  std::string text(std::istreambuf_iterator<char>(file), {});
  std::size_t compared = 0;
  // One JSON document after the other.
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find("\n{", at + 1)) {
    const std::size_t end = text.find("\n}", at);
    ASSERT_NE(end, std::string::npos);
    const auto vector = nlohmann::json::parse(text.substr(at, end + 2 - at));
    const auto& creds = vector.at("creds");
    const Credentials credentials{creds.at("accessKeyId"), creds.at("secretAccessKey"),
                                  creds.value("sessionToken", std::string())};
    const auto when = parse_time(vector.at("now").get<std::string>());
    ASSERT_TRUE(when);
    const auto ours = presigned_url(msk(vector.at("region")), credentials, *when);
    ASSERT_TRUE(ours);
    const std::string theirs = vector.at("url");
    auto expected = query_of(theirs);
    expected.erase("User-Agent");
    EXPECT_EQ(query_of(*ours), expected);
    EXPECT_EQ(ours->substr(0, ours->find('?')), theirs.substr(0, theirs.find('?')));
    EXPECT_EQ(base64url(theirs), vector.at("token"));
    ++compared;
  }
  EXPECT_EQ(compared, 2U);
}

TEST(Base64Url, HasItsOwnTwoCharactersAndNoPadding) {
  EXPECT_EQ(base64url(""), "");
  EXPECT_EQ(base64url("f"), "Zg");
  EXPECT_EQ(base64url("fo"), "Zm8");
  EXPECT_EQ(base64url("foo"), "Zm9v");
  EXPECT_EQ(base64url("foob"), "Zm9vYg");
  EXPECT_EQ(base64url("\xff\xef\xbe"), "_---");
  EXPECT_EQ(base64url("\xff\xff\xff"), "____");
}

}  // namespace
}  // namespace airspool::uplink::aws
