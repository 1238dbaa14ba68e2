// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/uplink/msk_token.h>

#include "fakes/http_test_server.h"
#include "surroundings.h"

namespace airspool::uplink {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::HttpReply;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

// 2026-11-22T12:34:56Z
constexpr WallTime kThen{seconds(1'795'350'896)};

// What a broker does first with a token (RFC 4648 5, without padding).
std::string decoded(const std::string& text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string out;
  unsigned held = 0;
  int bits = 0;
  for (const char c : text) {
    const auto digit = kDigits.find(c);
    EXPECT_NE(digit, kDigits.npos) << c;
    held = held << 6U | static_cast<unsigned>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(held >> static_cast<unsigned>(bits) & 0xFFU);
  }
  return out;
}

class MskTokenTest : public aws::Surroundings {
 protected:
  MskTokenTest() {
    settings.region = "eu-central-1";
    settings.clock.not_before = kThen - std::chrono::hours(24);
    variables["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE";
    variables["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
  }
  std::unique_ptr<MskTokenSource> open() { return MskTokenSource::open(settings, clock, environment).value(); }

  MskTokenSettings settings;
  ManualClock clock{kThen};
};

TEST_F(MskTokenTest, IsASignedUrlThatSaysWhoAsks) {
  const auto token = open()->token();
  ASSERT_TRUE(token) << token.error().message;
  const std::string url = decoded(token->value);
  EXPECT_THAT(url, StartsWith("https://kafka.eu-central-1.amazonaws.com/?Action=kafka-cluster%3AConnect&"));
  EXPECT_THAT(url,
              HasSubstr("&X-Amz-Signature=603bfe02598026b10b22b8e0c634dbe47188fbc13141dc3da301f2d8100d5279&User-Agent="
                        "airspool%2F"));
  EXPECT_EQ(token->expires, kThen + seconds(900));
  EXPECT_EQ(token->principal, "airspool");
}

TEST_F(MskTokenTest, OfTemporaryKeysLastsNoLongerThanThey) {
  test::HttpTestServer instance;
  variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.url("")}, {"AWS_METADATA_SERVICE_TIMEOUT", "60"}};
  instance.reply(HttpReply::ok("session"));
  instance.reply(HttpReply::ok("role"));
  instance.reply(HttpReply::ok(aws::metadata_json("ASIA1", aws::time_text(kThen + seconds(400)))));
  const auto token = open()->token();
  ASSERT_TRUE(token) << token.error().message;
  EXPECT_EQ(token->expires, kThen + seconds(400));
  EXPECT_THAT(decoded(token->value), AllOf(HasSubstr("X-Amz-Expires=400&"), HasSubstr("X-Amz-Security-Token=sesame")));
}

TEST_F(MskTokenTest, IsMadeAnewEachTime) {
  const auto source = open();
  const auto first = source->token();
  clock.advance(minutes(12));
  const auto second = source->token();
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->value, second->value);
  EXPECT_EQ(second->expires, kThen + minutes(27));
}

TEST_F(MskTokenTest, WaitsForAClockThatIsAboutToBeSet) {
  clock.set_state(ClockState::kUnsynchronised);
  const auto source = open();
  const auto none = source->token();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(none.error().message, HasSubstr("clock"));
  clock.set_state(ClockState::kSynchronised);
  EXPECT_TRUE(source->token());
  // A network that goes away later does not make the clock wrong.
  clock.set_state(ClockState::kUnsynchronised);
  EXPECT_TRUE(source->token());
}

TEST_F(MskTokenTest, BelievesTheClockWhenTheSpoolDoes) {
  clock.set_state(ClockState::kUnsynchronised);
  const auto patient = open();
  clock.advance(minutes(5));
  EXPECT_TRUE(patient->token());
  settings.clock.trust = spool::ClockTrust::kAlways;
  EXPECT_TRUE(open()->token());
  settings.clock.trust = spool::ClockTrust::kSynced;
  const auto strict = open();
  clock.advance(minutes(60));
  EXPECT_FALSE(strict->token());
}

TEST_F(MskTokenTest, BelievesAFreeRunningClockThatIsNotInThePast) {
  clock.set_state(ClockState::kFreeRunning);
  EXPECT_TRUE(open()->token());
  clock.step_wall(-std::chrono::hours(48));
  const auto patient = open();
  EXPECT_FALSE(patient->token());
  clock.advance(minutes(10));
  EXPECT_FALSE(patient->token());
}

TEST_F(MskTokenTest, AsksNobodyBeforeTheClockIsUsable) {
  test::HttpTestServer instance;
  variables = {{"AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.url("")}, {"AWS_METADATA_SERVICE_TIMEOUT", "60"}};
  clock.set_state(ClockState::kUnsynchronised);
  EXPECT_FALSE(open()->token());
  EXPECT_TRUE(instance.requests().empty());
}

TEST_F(MskTokenTest, SaysWhyThereIsNone) {
  variables = {{"AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"}, {"AWS_EC2_METADATA_DISABLED", "true"}};
  const auto none = open()->token();
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message,
              AllOf(StartsWith("MSK login: no AWS credentials"), HasSubstr("AWS_SECRET_ACCESS_KEY")));
}

TEST_F(MskTokenTest, NeedsARegion) {
  settings.region.clear();
  settings.brokers = {"10.0.0.1:9098"};
  const auto none = MskTokenSource::open(settings, clock, environment);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kConfig);
  variables["AWS_DEFAULT_REGION"] = "us-east-2";
  EXPECT_EQ(open()->region(), "us-east-2");
  variables["AWS_REGION"] = "us-east-1";
  EXPECT_EQ(open()->region(), "us-east-1");
  settings.brokers.emplace_back("b-1.lake.abc123.c2.kafka.eu-west-3.amazonaws.com:9098");
  EXPECT_EQ(open()->region(), "eu-west-3");
  settings.region = "eu-north-1";
  EXPECT_EQ(open()->region(), "eu-north-1");
  settings.region = "example.com/";
  EXPECT_FALSE(MskTokenSource::open(settings, clock, environment));
}

TEST(RegionOfBroker, StandsInTheNamesThatMskGives) {
  EXPECT_EQ(region_of_broker("b-1.lake.a1b2c3.c2.kafka.eu-central-1.amazonaws.com:9098"), "eu-central-1");
  EXPECT_EQ(region_of_broker("b-2-public.lake.a1b2c3.c2.kafka.us-west-2.amazonaws.com:9198"), "us-west-2");
  EXPECT_EQ(region_of_broker("boot-abc.c1.kafka-serverless.us-east-1.amazonaws.com:9098"), "us-east-1");
  EXPECT_EQ(region_of_broker("B-1.X.KAFKA.CN-NORTH-1.AMAZONAWS.COM.CN:9098"), "cn-north-1");
}

TEST(RegionOfBroker, IsNotGuessedFromOtherNames) {
  for (const char* broker : {"localhost:9092", "[::1]:9092", "kafka.eu-central-1.example.com:9098",
                             "b.kafka.eu-central-1.amazonaws.com.example.com:9098", "b.kafka..amazonaws.com:9098",
                             "b.kafka.EU CENTRAL.amazonaws.com:1", "", ":", "x.kafka."}) {
    EXPECT_EQ(region_of_broker(broker), "") << broker;
  }
}

}  // namespace
}  // namespace airspool::uplink
