// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "uplink/aws/credentials.h"
#include "uplink/aws/profile_file.h"
#include "uplink/aws/sts_answer.h"

namespace airspool::uplink::aws {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-11-22T12:34:56Z
constexpr WallTime kThen{std::chrono::seconds(1'795'350'896)};

TEST(AwsTime, IsReadInTheFormsThatAwsWrites) {
  EXPECT_EQ(parse_time("2026-11-22T12:34:56Z"), kThen);
  EXPECT_EQ(parse_time("2026-11-22T12:34:56.5Z"), kThen + milliseconds(500));
  EXPECT_EQ(parse_time("2026-11-22T14:34:56+02:00"), kThen);
  EXPECT_EQ(parse_time("2026-11-22T10:04:56-0230"), kThen);
}

TEST(AwsTime, IsNoOtherText) {
  for (const char* text :
       {"", "2026-11-22", "2026-11-22T12:34:56", "2026-11-22 12:34:56Z", "2026-13-22T12:34:56Z", "2026-02-30T12:34:56Z",
        "2026-11-22T25:34:56Z", "2026-11-22T12:34:56.Z", "2026-11-22T12:34:56+2:00", "9026-11-22T12:34:56Z",
        "-026-11-22T12:34:56Z", "2026-11-22T12:34:56ZZ", "1795350896"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(AwsTime, IsWrittenAsItIsRead) { EXPECT_EQ(time_text(kThen + milliseconds(999)), "2026-11-22T12:34:56Z"); }

TEST(MetadataCredentials, AreThoseOfTheInstanceService) {
  const auto credentials = parse_metadata_credentials(
      R"({"Code":"Success","LastUpdated":"2026-11-22T11:00:00Z","Type":"AWS-HMAC","AccessKeyId":"ASIA1",)"
      R"("SecretAccessKey":"s/e+c","Token":"t==","Expiration":"2026-11-22T12:34:56Z"})");
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(*credentials, (Credentials{"ASIA1", "s/e+c", "t==", kThen}));
}

TEST(MetadataCredentials, OfAContainerHaveNoCode) {
  EXPECT_TRUE(parse_metadata_credentials(R"({"RoleArn":"arn:aws:iam::1:role/x","AccessKeyId":"ASIA1",)"
                                         R"("SecretAccessKey":"s","Token":"t","Expiration":"2026-11-22T12:34:56Z"})"));
}

TEST(MetadataCredentials, TellWhatTheServiceSaysInTheirPlace) {
  const auto credentials = parse_metadata_credentials(R"({"Code":"AssumeRoleUnauthorizedAccess","Message":"secret"})");
  ASSERT_FALSE(credentials);
  EXPECT_THAT(credentials.error().message, HasSubstr("AssumeRoleUnauthorizedAccess"));
  EXPECT_THAT(credentials.error().message, Not(HasSubstr("secret")));
}

TEST(MetadataCredentials, ThatAreCutOrOddAreNone) {
  const std::string whole =
      R"({"AccessKeyId":"ASIA1","SecretAccessKey":"sesame","Token":"t","Expiration":"2026-11-22T12:34:56Z"})";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto credentials = parse_metadata_credentials(whole.substr(0, size));
    ASSERT_FALSE(credentials) << size;
    EXPECT_THAT(credentials.error().message, Not(HasSubstr("sesame")));
  }
  for (const char* text :
       {R"([])", R"({"AccessKeyId":1,"SecretAccessKey":"s"})", R"({"AccessKeyId":"a b","SecretAccessKey":"s"})",
        R"({"AccessKeyId":"a","SecretAccessKey":"s\n"})",
        R"({"AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"soon"})"}) {
    EXPECT_FALSE(parse_metadata_credentials(text)) << text;
  }
}

TEST(IotCredentials, LieOneLevelDeeperAndBeginWithSmallLetters) {
  const auto credentials =
      parse_iot_credentials(R"({"credentials":{"accessKeyId":"ASIA1","secretAccessKey":"s","sessionToken":"t",)"
                            R"("expiration":"2026-11-22T12:34:56Z"}})");
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(*credentials, (Credentials{"ASIA1", "s", "t", kThen}));
  EXPECT_FALSE(parse_iot_credentials(R"({"message":"Access Denied"})"));
}

constexpr std::string_view kStsAnswer =
    R"(<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:air:spool</SubjectFromWebIdentityToken>
    <AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/airspool</Arn><AssumedRoleId>AROA:airspool</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <SessionToken>t&amp;t==</SessionToken>
      <SecretAccessKey>s/e+c</SecretAccessKey>
      <Expiration>2026-11-22T12:34:56Z</Expiration>
      <AccessKeyId>ASIA1</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>c6104cbe</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>)";

TEST(StsAnswer, HoldsCredentials) {
  const auto credentials = parse_sts_credentials(kStsAnswer);
  ASSERT_TRUE(credentials) << credentials.error().message;
  EXPECT_EQ(*credentials, (Credentials{"ASIA1", "s/e+c", "t&t==", kThen}));
}

TEST(StsAnswer, ThatIsCutBeforeTheirEndHoldsNone) {
  const std::size_t whole = kStsAnswer.find("</AccessKeyId>") + std::string_view("</AccessKeyId>").size();
  for (std::size_t size = 0; size < whole; ++size) EXPECT_FALSE(parse_sts_credentials(kStsAnswer.substr(0, size)));
}

TEST(StsAnswer, IsNotReadWithEntitiesOfItsOwn) {
  EXPECT_FALSE(parse_sts_credentials("<!DOCTYPE r [<!ENTITY x \"y\">]>" + std::string(kStsAnswer)));
}

TEST(StsAnswer, OfAnErrorHasACode) {
  constexpr std::string_view kRefusal =
      "<?xml version=\"1.0\"?><!-- no --><ErrorResponse xmlns='https://sts.amazonaws.com/doc/2011-06-15/'><Error "
      "a=\">\"><Type>Sender</Type><Code>ExpiredTokenException</Code><Message>Token expired</Message><Detail/></Error>"
      "<RequestId>1</RequestId></ErrorResponse>";
  EXPECT_EQ(sts_error_code(kRefusal), "ExpiredTokenException");
  EXPECT_EQ(sts_error_code(""), "");
  EXPECT_EQ(sts_error_code("<Error><Code>two words</Code></Error>"), "");
  EXPECT_EQ(sts_error_code("<Error></Code><Code>X</Code></Error>"), "");
}

ProfileKeys keys_of(std::string_view text, ProfileFile kind, std::string_view name) {
  bool found = false;
  ProfileKeys keys = read_profile(text, kind, name, found);
  EXPECT_EQ(found, text.find(name) != text.npos);
  return keys;
}

TEST(ProfileFileTest, HasOneSectionAProfile) {
  constexpr std::string_view kText =
      "\xEF\xBB\xBF# keys\r\n"
      "[default]\r\naws_access_key_id=AKIA1\r\naws_secret_access_key = a/b+c== ; not part of it\r\n"
      "\r\n[ roof ]\nAWS_Access_Key_Id = AKIA2 # nor this\naws_secret_access_key=#x;y\n";
  EXPECT_EQ(keys_of(kText, ProfileFile::kCredentials, "default"),
            (ProfileKeys{{"aws_access_key_id", "AKIA1"}, {"aws_secret_access_key", "a/b+c=="}}));
  EXPECT_EQ(keys_of(kText, ProfileFile::kCredentials, "roof"),
            (ProfileKeys{{"aws_access_key_id", "AKIA2"}, {"aws_secret_access_key", "#x;y"}}));
}

TEST(ProfileFileTest, OfSettingsCallsThemProfiles) {
  constexpr std::string_view kText =
      "[default]\nregion=eu-west-1\n[profile roof]\nregion = eu-central-1\ns3 =\n  region = nested\n"
      "[profile \"my roof\"]\nregion=us-east-1\n[sso-session roof]\nregion=never\n[roof]\nregion=never\n";
  EXPECT_EQ(keys_of(kText, ProfileFile::kConfig, "default").at("region"), "eu-west-1");
  EXPECT_EQ(keys_of(kText, ProfileFile::kConfig, "roof").at("region"), "eu-central-1");
  EXPECT_EQ(keys_of(kText, ProfileFile::kConfig, "my roof").at("region"), "us-east-1");
}

TEST(ProfileFileTest, PassesOverWhatItDoesNotUnderstand) {
  bool found = false;
  const auto keys = read_profile("key=outside\n[a\nx=1\n[]\n=\n[a]\nno equals\n=novalue\nk=v\n[b]\nk=w\n[a]\nk=last\n",
                                 ProfileFile::kCredentials, "a", found);
  EXPECT_TRUE(found);
  EXPECT_EQ(keys, (ProfileKeys{{"k", "last"}}));
}

}  // namespace
}  // namespace airspool::uplink::aws
