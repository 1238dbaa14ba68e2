// SPDX-License-Identifier: Apache-2.0
#include "uplink/aws/chain.h"

#include <chrono>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes/http_test_server.h"
#include "surroundings.h"

namespace airspool::uplink::aws {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::HttpReply;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// 2026-11-22T12:34:56Z
constexpr WallTime kThen{seconds(1'795'350'896)};

class Chain : public Surroundings {
 protected:
  Chain() {
    variables["HOME"] = folder.string();
    variables["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = instance.url("");
    variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "";
  }
  CredentialsChain chain(const AwsCredentialSettings& settings = {}) {
    return {settings, "eu-central-1", environment, *http, clock};
  }
  void role_gives(const std::string& id, WallTime expires) {
    instance.reply(HttpReply::ok("session"));
    instance.reply(HttpReply::ok("role"));
    instance.reply(HttpReply::ok(metadata_json(id, time_text(expires))));
  }

  ManualClock clock{kThen};
  test::HttpTestServer instance;
  test::HttpTestServer container;
};

TEST_F(Chain, AsksInTheOrderOfAwsOwnTools) {
  role_gives("INSTANCE", kThen + minutes(60));
  EXPECT_EQ(chain().get()->access_key_id, "INSTANCE");
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url();
  container.reply(HttpReply::ok(metadata_json("CONTAINER")));
  EXPECT_EQ(chain().get()->access_key_id, "CONTAINER");
  file(".aws/credentials", "[default]\naws_access_key_id=PROFILE\naws_secret_access_key=sesame\n");
  EXPECT_EQ(chain().get()->access_key_id, "PROFILE");
  variables["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT";
  variables["AWS_SECRET_ACCESS_KEY"] = "sesame";
  EXPECT_EQ(chain().get()->access_key_id, "ENVIRONMENT");
  EXPECT_EQ(instance.requests().size(), 3U);
  EXPECT_EQ(container.requests().size(), 1U);
}

TEST_F(Chain, WebIdentityStandsBeforeTheProfile) {
  test::HttpTestServer sts;
  variables["AWS_ENDPOINT_URL_STS"] = sts.url("");
  variables["AWS_WEB_IDENTITY_TOKEN_FILE"] = file("token", "sesame");
  variables["AWS_ROLE_ARN"] = "arn:aws:iam::1:role/x";
  file(".aws/credentials", "[default]\naws_access_key_id=PROFILE\naws_secret_access_key=sesame\n");
  sts.reply(
      HttpReply::ok("<Credentials><AccessKeyId>STS</AccessKeyId><SecretAccessKey>s</SecretAccessKey>"
                    "<SessionToken>t</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"));
  EXPECT_EQ(chain().get()->access_key_id, "STS");
}

TEST_F(Chain, GoesOnBehindASourceThatFails) {
  variables["AWS_ACCESS_KEY_ID"] = "HALF";
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url();
  container.reply(HttpReply::with_status(500, ""));
  role_gives("INSTANCE", kThen + minutes(60));
  EXPECT_EQ(chain().get()->access_key_id, "INSTANCE");
}

TEST_F(Chain, SaysWhatEverySourceSaid) {
  variables["AWS_ACCESS_KEY_ID"] = "HALF";
  variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = container.url();
  container.reply(HttpReply::with_status(403, "sesame"));
  instance.reply(HttpReply::with_status(403, "sesame"));
  const auto none = chain().get();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr("AWS_SECRET_ACCESS_KEY"), HasSubstr("container credentials: refused"),
                    HasSubstr("turned off"), Not(HasSubstr("sesame"))));
}

TEST_F(Chain, SaysThatNothingIsSetUp) {
  variables["AWS_EC2_METADATA_DISABLED"] = "true";
  EXPECT_THAT(chain().get().error().message, HasSubstr("nothing is set up"));
}

TEST_F(Chain, DoesNotBecomeSomebodyElseWhenTheNamedSourceFails) {
  variables["AWS_ACCESS_KEY_ID"] = "ENVIRONMENT";
  variables["AWS_SECRET_ACCESS_KEY"] = "sesame";
  AwsCredentialSettings settings;
  settings.profile = "roof";
  const auto none = chain(settings).get();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  settings = {};
  settings.access_key_id = "AKIA1";
  settings.secret_access_key_file = (folder / "absent").string();
  EXPECT_FALSE(chain(settings).get());
  settings.secret_access_key_file = file("secret", "sesame\n");
  EXPECT_EQ(chain(settings).get()->access_key_id, "AKIA1");
  settings = {};
  settings.iot_endpoint = "localhost:1";
  settings.iot_role_alias = "x";
  EXPECT_THAT(chain(settings).get().error().message, HasSubstr("AWS IoT"));
}

TEST_F(Chain, KeepsWhatLastsUntilFiveMinutesBeforeItsEnd) {
  CredentialsChain kept = chain();
  role_gives("FIRST", kThen + minutes(60));
  EXPECT_EQ(kept.get()->access_key_id, "FIRST");
  clock.advance(minutes(54));
  EXPECT_EQ(kept.get()->access_key_id, "FIRST");
  EXPECT_EQ(instance.requests().size(), 3U);
  clock.advance(minutes(2));
  role_gives("SECOND", kThen + minutes(120));
  EXPECT_EQ(kept.get()->access_key_id, "SECOND");
  EXPECT_EQ(instance.requests().size(), 6U);
}

TEST_F(Chain, UsesTheOldToTheirEndWhenNothingNewIsToBeHad) {
  CredentialsChain kept = chain();
  role_gives("FIRST", kThen + minutes(60));
  ASSERT_TRUE(kept.get());
  clock.advance(minutes(59));
  instance.reply(HttpReply::with_status(500, ""));
  EXPECT_EQ(kept.get()->access_key_id, "FIRST");
  clock.advance(minutes(1));
  instance.reply(HttpReply::with_status(500, ""));
  EXPECT_FALSE(kept.get());
}

TEST_F(Chain, ForgetsWhatTheBrokersDoNotTake) {
  CredentialsChain kept = chain();
  role_gives("FIRST", kThen + minutes(60));
  ASSERT_TRUE(kept.get());
  kept.forget();
  role_gives("SECOND", kThen + minutes(60));
  EXPECT_EQ(kept.get()->access_key_id, "SECOND");
}

TEST_F(Chain, LooksUpLastingKeysEachTimeSoThatTheyCanBeChanged) {
  file(".aws/credentials", "[default]\naws_access_key_id=OLD\naws_secret_access_key=sesame\n");
  CredentialsChain kept = chain();
  EXPECT_EQ(kept.get()->access_key_id, "OLD");
  file(".aws/credentials", "[default]\naws_access_key_id=NEW\naws_secret_access_key=sesame\n");
  EXPECT_EQ(kept.get()->access_key_id, "NEW");
}

TEST_F(Chain, DoesNotUseWhatHasExpired) {
  role_gives("STALE", kThen - seconds(1));
  const auto none = chain().get();
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().message, AllOf(HasSubstr("expired (2026-11-22T12:34:55Z)"), HasSubstr("clock")));
}

}  // namespace
}  // namespace airspool::uplink::aws
