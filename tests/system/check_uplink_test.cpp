// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sysexits.h>

#include "box.h"
#include "contract/mosquitto.h"

// `airspool check uplink` as somebody uses it whose records do not arrive.
namespace airspool::whole {
namespace {

using contract::Mosquitto;
using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class CheckUplinkTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = Mosquitto::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    box_.configure("[[sink]]\nname = \"home\"\ntype = \"mqtt\"\nurl = \"" + mosquitto_.url() +
                   "\"\n[[sink]]\nname = \"disk\"\ntype = \"file\"\npath = \"" + box_.path("out") + "\"\n");
  }
  Outcome check(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"check", "uplink", "--config", box_.path("airspool.toml"), "--patience", "5"});
    return box_.command(words);
  }

  Mosquitto mosquitto_;
  Box box_;
};

TEST_F(CheckUplinkTest, SaysStepByStepThatEachSinkWorks) {
  mosquitto_.start();
  const Outcome outcome = check();
  EXPECT_EQ(outcome.status, 0) << outcome.out << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("sink \"home\" (mqtt)"));
  EXPECT_THAT(outcome.out, HasSubstr("ok    login"));
  EXPECT_THAT(outcome.out, HasSubstr("sink \"disk\" (file)"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("FAIL")));
  EXPECT_FALSE(fs::exists(box_.path("spool.db"))) << "it needs no spool";
}

TEST_F(CheckUplinkTest, ABrokerThatIsAwayIsAFailureWithTheNextStep) {
  const Outcome outcome = check({"--json"});
  EXPECT_EQ(outcome.status, 1);
  const json all = json::parse(outcome.out);
  EXPECT_EQ(all.at("good"), false);
  const json& home = all.at("sinks").at(0);
  EXPECT_EQ(home.at("name"), "home");
  EXPECT_EQ(home.at("steps").back().at("step"), "connection");
  EXPECT_EQ(home.at("steps").back().at("state"), "failed");
  EXPECT_EQ(all.at("sinks").at(1).at("good"), true) << "one that fails does not keep the next from being checked";
}

TEST_F(CheckUplinkTest, ASinkThatIsNotConfiguredIsAWrongCommandLine) {
  const Outcome outcome = check({"--sink", "hme"});
  EXPECT_EQ(outcome.status, EX_USAGE);
  EXPECT_THAT(outcome.err, HasSubstr("no sink is named \"hme\""));
}

}  // namespace
}  // namespace airspool::whole
