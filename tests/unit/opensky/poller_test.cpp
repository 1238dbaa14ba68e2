// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/opensky/poller.h>

#include "answers.h"
#include "fakes/fake_http.h"

namespace airspool::opensky {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::FakeAnswer;

constexpr long kTime = 1'766'888'059;
const Area kBox{45.8389, 5.9962, 47.8229, 10.5226};

class PollerTest : public ::testing::Test {
 protected:
  Poller make(PollerSettings settings) {
    return Poller::create(std::move(settings), http, clock, metrics,
                          [this](OpenSkyAnswer&& answer) { answers.push_back(std::move(answer)); })
        .value();
  }
  Poller every_ten_seconds() {
    PollerSettings settings;
    settings.query.areas = {kBox};
    settings.interval = seconds(10);
    return make(settings);
  }
  void will_answer(long time, int status = 200) {
    FakeAnswer answer;
    answer.status = status;
    answer.body = answer_of(time, row());
    http.script.push_back(answer);
  }
  // Steps now, then lets time pass until the next step is due. How long that is.
  Nanoseconds step(Poller& poller) {
    const Nanoseconds wait = poller.step(clock.boot_now()) - clock.boot_now();
    clock.advance(wait);
    return wait;
  }
  std::uint64_t faults(PollFault fault) {
    return metrics.counter("airspool_opensky_requests_total", "", {{"outcome", std::string(name(fault))}}).value();
  }

  test::FakeHttp http;
  ManualClock clock{WallTime(seconds(kTime)), BootTime(seconds(100))};
  metrics::Registry metrics;
  std::vector<OpenSkyAnswer> answers;
};

TEST_F(PollerTest, AsksForTheBox) {
  Poller poller = every_ten_seconds();
  will_answer(kTime);
  step(poller);
  ASSERT_EQ(http.requests.size(), 1U);
  EXPECT_EQ(http.requests[0].url,
            "https://opensky-network.org/api/states/all?extended=1&lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax="
            "10.5226");
}

TEST_F(PollerTest, NoAreaIsTheWholeWorld) {
  Poller poller = make({});
  will_answer(kTime);
  step(poller);
  EXPECT_EQ(http.requests.at(0).url, "https://opensky-network.org/api/states/all?extended=1");
}

TEST_F(PollerTest, StampsTheAnswerWithItsReceipt) {
  Poller poller = every_ten_seconds();
  will_answer(kTime);
  const BootTime before = clock.boot_now();
  step(poller);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].received, before);
  EXPECT_EQ(answers[0].states.size(), 1U);
}

TEST_F(PollerTest, AsksAtAFixedInterval) {
  Poller poller = every_ten_seconds();
  for (int i = 0; i < 3; ++i) will_answer(kTime + 10 * i);
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_EQ(answers.size(), 3U);
}

TEST_F(PollerTest, AsksNothingBeforeItIsTime) {
  Poller poller = every_ten_seconds();
  will_answer(kTime);
  const BootTime due = poller.step(clock.boot_now());
  clock.advance(seconds(9));
  EXPECT_EQ(poller.step(clock.boot_now()), due);
  EXPECT_EQ(http.requests.size(), 1U);
}

TEST_F(PollerTest, SeveralBoxesAreAskedInTurnWithinOneInterval) {
  PollerSettings settings;
  settings.query.areas = {kBox, Area{0, 0, 1, 1}};
  settings.interval = seconds(10);
  Poller poller = make(settings);
  for (int i = 0; i < 4; ++i) will_answer(kTime + 10 * (i / 2));
  EXPECT_EQ(step(poller), seconds(0));
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_EQ(step(poller), seconds(0));
  EXPECT_NE(http.requests.at(1).url.find("lamax=1&"), std::string::npos);
  EXPECT_EQ(answers.size(), 3U);
}

TEST_F(PollerTest, WithoutAnIntervalAnonymousCreditsLastAllDay) {
  PollerSettings settings;
  EXPECT_EQ(make(settings).interval(), seconds(864));
  settings.query.areas = {kBox};
  EXPECT_EQ(make(settings).interval(), seconds(216));
  settings.query.areas = {kBox, Area{0, 0, 20, 20}};
  EXPECT_EQ(make(settings).interval(), seconds(864));
}

TEST_F(PollerTest, AsksFourTimesAsSeldomWhileTheRadioCoversTheArea) {
  double coverage = 0.95;
  PollerSettings settings;
  settings.query.areas = {kBox};
  settings.radio_coverage = [&coverage] { return coverage; };
  Poller poller = make(settings);
  long time = kTime;
  const auto next = [&] {
    will_answer(time += 3'600);
    return step(poller);
  };
  EXPECT_LE(next(), seconds(217)) << "nothing is known yet";
  EXPECT_EQ(next(), seconds(864));
  EXPECT_EQ(next(), seconds(864));
  coverage = 0.5;
  EXPECT_LE(next(), seconds(217)) << "the saved credits come on top";
}

TEST_F(PollerTest, OneAreaThatTheRadioDoesNotCoverIsEnough) {
  std::vector<double> coverage{1.0, 0.0};  // of the two areas in turn
  std::size_t asked = 0;
  PollerSettings settings;
  settings.query.areas = {kBox, Area{0, 0, 1, 1}};
  settings.radio_coverage = [&] { return coverage[asked++ % 2]; };
  Poller poller = make(settings);
  for (int i = 0; i < 6; ++i) {
    will_answer(kTime + 3'600 * i);
    EXPECT_LE(step(poller), seconds(217));
  }
}

TEST_F(PollerTest, OwnSensorsAreAskedBesideTheAreasAndForFree) {
  PollerSettings settings;
  settings.query.own = true;
  settings.query.areas = {kBox};
  settings.account = Account::kStandard;
  settings.credentials = Credentials{"me", "secret"};
  Poller poller = make(settings);
  FakeAnswer token;
  token.body = R"({"access_token":"t","expires_in":86400})";
  http.script.push_back(token);
  for (int i = 0; i < 40; ++i) will_answer(kTime + 5 * i);
  const BootTime start = clock.boot_now();
  while (clock.boot_now() - start < seconds(60)) step(poller);
  int own = 0;
  int box = 0;
  for (const auto& request : http.requests) {
    own += request.url.find("/states/own") != std::string::npos ? 1 : 0;
    box += request.url.find("/states/all") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(own, 12) << "every 5 s";
  EXPECT_EQ(box, 3) << "every 21.6 s";
}

TEST_F(PollerTest, ARefusalOfOwnSensorsDoesNotHoldUpTheAreas) {
  PollerSettings settings;
  settings.query.own = true;
  settings.query.areas = {kBox};
  settings.account = Account::kStandard;
  settings.credentials = Credentials{"me", "secret"};
  Poller poller = make(settings);
  FakeAnswer token;
  token.body = R"({"access_token":"t","expires_in":86400})";
  http.script.push_back(token);
  will_answer(kTime, 403);
  for (int i = 0; i < 5; ++i) will_answer(kTime + 30 * i);
  for (int i = 0; i < 5; ++i) step(poller);
  EXPECT_GE(answers.size(), 3U);
  EXPECT_EQ(faults(PollFault::kUnauthorised), 1U);
}

TEST_F(PollerTest, NothingIsAskedWhenTheCreditsAreGone) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.body = answer_of(kTime, row());
  answer.headers.add("X-Rate-Limit-Remaining", "1");
  http.script.push_back(answer);
  answer.body = answer_of(kTime + 10, row());
  answer.headers = {};
  answer.headers.add("X-Rate-Limit-Remaining", "0");
  http.script.push_back(answer);
  EXPECT_EQ(step(poller), seconds(10));
  // kTime is 02:14:19 UTC; the answer's time is 10 s later.
  EXPECT_EQ(step(poller), seconds(86'400 - (2 * 3'600 + 14 * 60 + 29) + 2));
}

TEST_F(PollerTest, TellsHowItStands) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.body = answer_of(kTime, row());
  answer.headers.add("X-Rate-Limit-Remaining", "321");
  http.script.push_back(answer);
  poller.step(clock.boot_now());
  clock.advance(seconds(7));
  poller.step(clock.boot_now());
  const std::string text = metrics.prometheus_text();
  for (const char* line :
       {"airspool_opensky_credits_left 321\n", "airspool_opensky_interval_seconds 10\n",
        "airspool_opensky_answer_age_seconds 7\n", "airspool_opensky_requests_total{outcome=\"answer\"} 1\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
}

TEST_F(PollerTest, ACutAnswerIsRepeatedOnceAndThenAtThePaceOfTheCredits) {
  PollerSettings settings;
  settings.query.areas = {kBox};
  Poller poller = make(settings);
  FakeAnswer cut;
  cut.body = answer_of(kTime, row()).substr(0, 100);
  for (int i = 0; i < 3; ++i) http.script.push_back(cut);
  EXPECT_LE(step(poller), seconds(5));
  EXPECT_GE(step(poller), seconds(216));
  EXPECT_GE(step(poller), seconds(216));
}

TEST_F(PollerTest, ACutAnswerAfterOtherTroubleIsRepeatedAsQuickly) {
  PollerSettings settings;
  settings.query.areas = {kBox};
  Poller poller = make(settings);
  will_answer(kTime, 503);
  will_answer(kTime, 503);
  FakeAnswer cut;
  cut.body = answer_of(kTime, row()).substr(0, 100);
  http.script.push_back(cut);
  step(poller);
  step(poller);
  EXPECT_LE(step(poller), seconds(20));
}

TEST_F(PollerTest, AnAnswerOfTheSameTimeIsPassedOver) {
  Poller poller = every_ten_seconds();
  will_answer(kTime);
  will_answer(kTime);
  step(poller);
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_EQ(answers.size(), 1U);
  EXPECT_EQ(faults(PollFault::kStale), 1U);
}

TEST_F(PollerTest, AnEarlierAnswerIsPassedOverButNotForEver) {
  Poller poller = every_ten_seconds();
  will_answer(kTime + 86'400);  // from a server whose clock was wrong
  step(poller);
  for (int i = 1; i < 60; ++i) {
    will_answer(kTime + 10 * i);
    step(poller);
  }
  EXPECT_EQ(answers.size(), 1U);
  will_answer(kTime + 600);
  step(poller);
  EXPECT_EQ(answers.size(), 2U);
}

TEST_F(PollerTest, BacksOffWithJitterToFiveMinutes) {
  Poller poller = every_ten_seconds();
  for (const int most : {5, 10, 20, 40, 80, 160, 300, 300, 300}) {
    const Nanoseconds wait = step(poller);
    EXPECT_LE(wait, seconds(most));
    EXPECT_GE(wait, seconds(most) / 2);
  }
  EXPECT_EQ(faults(PollFault::kNetwork), 9U);
}

TEST_F(PollerTest, BackoffEndsWithTheFirstAnswer) {
  Poller poller = every_ten_seconds();
  for (int i = 0; i < 6; ++i) step(poller);
  will_answer(kTime);
  EXPECT_EQ(step(poller), seconds(10));
  EXPECT_LE(step(poller), seconds(5));
}

TEST_F(PollerTest, TwoBoxesThatFailTogetherDoNotAskTogether) {
  PollerSettings one;
  PollerSettings other;
  other.seed = 1;
  Poller first = make(one);
  Poller second = make(other);
  EXPECT_NE(first.step(clock.boot_now()), second.step(clock.boot_now()));
}

TEST_F(PollerTest, ObeysTheWaitOf429ToTheSecond) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.status = 429;
  answer.body = "Too many requests";
  answer.headers.add("X-Rate-Limit-Retry-After-Seconds", "4321");
  http.script.push_back(answer);
  EXPECT_EQ(step(poller), seconds(4321));
  EXPECT_EQ(faults(PollFault::kRateLimited), 1U);
}

TEST_F(PollerTest, A429WithoutSenseBacksOff) {
  Poller poller = every_ten_seconds();
  for (const char* wait : {"soon", "-1", "", "99999999999999999999"}) {
    FakeAnswer answer;
    answer.status = 429;
    answer.headers.add("X-Rate-Limit-Retry-After-Seconds", wait);
    http.script.push_back(answer);
    EXPECT_LE(step(poller), minutes(5)) << wait;
  }
}

TEST_F(PollerTest, ARefusalIsRetriedSlowly) {
  Poller poller = every_ten_seconds();
  will_answer(kTime, 403);
  EXPECT_EQ(step(poller), minutes(5));
  EXPECT_EQ(faults(PollFault::kUnauthorised), 1U);
}

TEST_F(PollerTest, ATroubleOfTheServerIsNoAnswer) {
  Poller poller = every_ten_seconds();
  will_answer(kTime, 503);
  EXPECT_LE(step(poller), seconds(5));
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(faults(PollFault::kStatus), 1U);
}

TEST_F(PollerTest, ABodyThatBreaksOffIsCutAndGivesNothing) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.body = answer_of(kTime, row()).substr(0, 150);
  answer.body_error = Error{ErrorCode::kIo, "the connection ended"};
  http.script.push_back(answer);
  answer.body_error.reset();
  http.script.push_back(answer);
  step(poller);
  step(poller);
  EXPECT_TRUE(answers.empty());
  EXPECT_EQ(faults(PollFault::kCut), 2U);
}

TEST_F(PollerTest, AnEndlessBodyIsTooLarge) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.body = std::string(68'000'000, ' ');
  http.script.push_back(answer);
  http.piece_bytes = 1'000'000;
  step(poller);
  EXPECT_EQ(faults(PollFault::kTooLarge), 1U);
}

TEST_F(PollerTest, CountsRowsByReason) {
  Poller poller = every_ten_seconds();
  FakeAnswer answer;
  answer.body = answer_of(kTime, row() + ",[]," + row("nothex"));
  http.script.push_back(answer);
  step(poller);
  const std::string text = metrics.prometheus_text();
  EXPECT_NE(text.find("airspool_opensky_rows_total 1\n"), std::string::npos);
  EXPECT_NE(text.find("airspool_opensky_rows_rejected_total{reason=\"too_short\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("airspool_opensky_rows_rejected_total{reason=\"address\"} 1\n"), std::string::npos);
  EXPECT_NE(text.find("airspool_opensky_answer_aircraft 1\n"), std::string::npos);
}

TEST_F(PollerTest, LogsOneLinePerKindAndMinute) {
  Poller poller = every_ten_seconds();
  ::testing::internal::CaptureStderr();
  const BootTime start = clock.boot_now();
  int asked = 0;
  while (clock.boot_now() - start < seconds(60)) {
    step(poller);
    ++asked;
  }
  step(poller);
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_NE(text.find("kind=network"), std::string::npos);
  EXPECT_NE(text.find("not_logged=" + std::to_string(asked - 1)), std::string::npos);
}

TEST_F(PollerTest, AStopIsNoTrouble) {
  Poller poller = every_ten_seconds();
  http.stop();
  poller.step(clock.boot_now());
  EXPECT_TRUE(http.requests.empty());
  EXPECT_EQ(faults(PollFault::kNetwork), 0U);
}

TEST_F(PollerTest, RefusesSettingsThatMakeNoSense) {
  const auto refused = [&](const PollerSettings& settings) {
    const auto poller = Poller::create(settings, http, clock, metrics, [](OpenSkyAnswer&&) {});
    return !poller && poller.error().code == ErrorCode::kConfig;
  };
  PollerSettings settings;
  settings.query.areas = {Area{47, 5, 45, 10}};
  EXPECT_TRUE(refused(settings));
  settings.query.areas = {Area{45, 170, 47, -170}};
  EXPECT_TRUE(refused(settings));
  settings.query.areas = {Area{45, 0, 91, 1}};
  EXPECT_TRUE(refused(settings));
  settings.query.areas = {};
  settings.base_url = "opensky-network.org";
  EXPECT_TRUE(refused(settings));
  settings.base_url = "https://opensky-network.org/api";
  settings.interval = std::chrono::milliseconds(999);
  EXPECT_TRUE(refused(settings));
}

}  // namespace
}  // namespace airspool::opensky
