// SPDX-License-Identifier: Apache-2.0
#include "token.h"

#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/core/log.h>
#include <airspool/opensky/poller.h>

#include "answers.h"
#include "fakes/fake_http.h"

namespace airspool::opensky {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::FakeAnswer;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr long kTime = 1'766'888'059;
constexpr const char* kSecret = "very+secret";

class TokenTest : public ::testing::Test {
 protected:
  void SetUp() override {
    PollerSettings settings;
    settings.token_url = "https://auth.example/token";
    settings.credentials = Credentials{"me", kSecret};
    settings.account = Account::kStandard;
    settings.query.areas = {{45, 6, 46, 7}};
    poller.emplace(Poller::create(settings, http, clock, metrics, [this](OpenSkyAnswer&&) { ++answers; }).value());
  }
  void will(int status, std::string body) {
    FakeAnswer answer;
    answer.status = status;
    answer.body = std::move(body);
    http.script.push_back(std::move(answer));
  }
  void will_give_token(const std::string& text, int lifetime_s = 1'800) {
    will(200, R"({"access_token":")" + text + R"(","expires_in":)" + std::to_string(lifetime_s) + "}");
  }
  void will_answer() { will(200, answer_of(time += 30, row())); }
  Nanoseconds step() {
    const Nanoseconds wait = poller->step(clock.boot_now()) - clock.boot_now();
    clock.advance(wait);
    return wait;
  }
  std::uint64_t token_requests(const char* outcome) {
    return metrics.counter("airspool_opensky_token_requests_total", "", {{"outcome", outcome}}).value();
  }
  std::uint64_t outcomes(PollFault fault) {
    return metrics.counter("airspool_opensky_requests_total", "", {{"outcome", std::string(name(fault))}}).value();
  }

  test::FakeHttp http;
  ManualClock clock{WallTime(seconds(kTime)), BootTime(seconds(100))};
  metrics::Registry metrics;
  std::optional<Poller> poller;
  int answers = 0;
  long time = kTime;
};

TEST_F(TokenTest, ChangesCredentialsForATokenAndUsesIt) {
  will_give_token("abc.def");
  will_answer();
  step();
  ASSERT_EQ(http.requests.size(), 2U);
  EXPECT_EQ(http.requests[0].method, net::HttpMethod::kPost);
  EXPECT_EQ(http.requests[0].url, "https://auth.example/token");
  EXPECT_EQ(http.requests[0].headers.find("Content-Type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(http.requests[0].body, "grant_type=client_credentials&client_id=me&client_secret=very%2Bsecret");
  EXPECT_TRUE(http.requests[0].carries_secret);
  EXPECT_EQ(http.requests[1].headers.find("Authorization"), "Bearer abc.def");
  EXPECT_TRUE(http.requests[1].carries_secret);
  EXPECT_EQ(answers, 1);
}

TEST_F(TokenTest, UsesATokenUntilHalfAMinuteBeforeItExpires) {
  will_give_token("one", 300);
  const BootTime start = clock.boot_now();
  while (clock.boot_now() - start < seconds(270)) {
    will_answer();
    step();
  }
  EXPECT_EQ(token_requests("token"), 1U);
  will_give_token("two");
  will_answer();
  step();
  EXPECT_EQ(token_requests("token"), 2U);
  EXPECT_EQ(http.requests.back().headers.find("Authorization"), "Bearer two");
}

TEST_F(TokenTest, TheWallClockDoesNotMatterForAToken) {
  will_give_token("one");
  will_answer();
  step();
  clock.step_wall(std::chrono::hours(10'000));
  will_answer();
  step();
  EXPECT_EQ(token_requests("token"), 1U);
}

TEST_F(TokenTest, ATokenThatWasWithdrawnIsRenewedOnce) {
  will_give_token("one");
  will_answer();
  step();
  will(401, "Unauthorized");
  will_give_token("two");
  will_answer();
  EXPECT_LT(step(), seconds(60));
  EXPECT_EQ(answers, 2);
  EXPECT_EQ(outcomes(PollFault::kUnauthorised), 0U);
}

TEST_F(TokenTest, AFreshTokenThatIsNotTakenIsToldAndTriedAgainSlowly) {
  will_give_token("one");
  will(401, "Unauthorized");
  will_give_token("two");
  will(401, "Unauthorized");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(step(), minutes(5));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("check the API client on its account page"));
  EXPECT_EQ(http.requests.size(), 4U);
  EXPECT_EQ(outcomes(PollFault::kUnauthorised), 1U);
  will_give_token("three");
  will_answer();
  step();
  EXPECT_EQ(answers, 1);
}

TEST_F(TokenTest, AWrongSecretIsToldInWordsAndTriedAgainSlowly) {
  for (const int status : {400, 401}) {
    will(status, R"({"error":"invalid_client","error_description":"very+secret"})");
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(step(), minutes(5));
    const std::string said = ::testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, HasSubstr("does not know this client id, or the secret is wrong"));
    EXPECT_THAT(said, Not(HasSubstr("very")));
  }
  EXPECT_EQ(token_requests("refused"), 2U);
  EXPECT_EQ(outcomes(PollFault::kToken), 2U);
}

TEST_F(TokenTest, TroubleOfTheTokenEndpointBacksOff) {
  will(503, "sorry");
  EXPECT_LE(step(), seconds(5));
  will(500, "sorry");
  EXPECT_LE(step(), seconds(10));
  will(200, "<html>Accept our terms</html>");
  EXPECT_LE(step(), seconds(20));
  FakeAnswer answer;
  answer.open_error = Error{ErrorCode::kUnavailable, "https://auth.example/token: timeout"};
  http.script.push_back(answer);
  EXPECT_LE(step(), seconds(40));
  EXPECT_EQ(token_requests("status"), 2U);
  EXPECT_EQ(token_requests("malformed"), 1U);
  EXPECT_EQ(token_requests("network"), 1U);
  EXPECT_EQ(outcomes(PollFault::kToken), 4U);
}

TEST_F(TokenTest, NothingThatIsSaidHoldsASecret) {
  ::testing::internal::CaptureStderr();
  log::set_level(log::Level::kDebug);
  will_give_token("topsecrettoken");
  will_answer();
  step();
  for (const char* body : {"{\"access_token\":\"topsecret token\"}", "{\"access_token\":\"topsecrettoken\"", "[]"}) {
    will(401, "topsecrettoken very+secret");
    will(200, body);
    step();
    clock.advance(minutes(2));
  }
  log::set_level(log::Level::kInfo);
  const std::string said = ::testing::internal::GetCapturedStderr() + metrics.prometheus_text();
  EXPECT_THAT(said, Not(HasSubstr("topsecret")));
  EXPECT_THAT(said, Not(HasSubstr("very")));
}

TEST(ParseTokenTest, TakesWhatIsOneAndNothingElse) {
  EXPECT_EQ(parse_token(R"({"access_token":"a","expires_in":60})")->lifetime, Nanoseconds(seconds(60)));
  EXPECT_EQ(parse_token(R"({"access_token":"a"})")->lifetime, Nanoseconds(minutes(30)));
  EXPECT_EQ(parse_token(R"({"access_token":"a","expires_in":1e300})")->lifetime, Nanoseconds(std::chrono::hours(24)));
  for (const char* text :
       {"", "{}", "[]", R"({"access_token":""})", R"({"access_token":1})", R"({"access_token":"a\r\nX: y"})",
        R"({"access_token":"a","expires_in":-1})", R"({"access_token":"a","expires_in":0})"}) {
    EXPECT_FALSE(parse_token(text)) << text;
  }
}

}  // namespace
}  // namespace airspool::opensky
