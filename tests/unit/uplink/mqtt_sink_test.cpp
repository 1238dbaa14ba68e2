// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include <airspool/uplink/mqtt_sink.h>

namespace airspool::uplink {
namespace {

// What can be wrong before a broker is asked; the rest is in tests/contract.
class MqttSinkTest : public testing::Test {
 protected:
  MqttSinkTest() {
    settings_.name = "home";
    settings_.url = "mqtt://127.0.0.1:1";
    settings_.topic = "airspool/{station}/states";
  }
  [[nodiscard]] std::string error() {
    const auto sink = open_mqtt_sink(settings_, clock_, metrics_);
    return sink ? std::string() : sink.error().message;
  }
  static void expect_words(const std::string& message, const std::string& first, const std::string& second) {
    EXPECT_NE(message.find(first), std::string::npos) << message;
    EXPECT_NE(message.find(second), std::string::npos) << message;
  }

  MqttSinkSettings settings_;
  ManualClock clock_;
  metrics::Registry metrics_;
};

TEST_F(MqttSinkTest, OpensWithoutABroker) {
  const auto sink = open_mqtt_sink(settings_, clock_, metrics_);
  ASSERT_TRUE(sink);
  EXPECT_EQ((*sink)->name(), "home");
  EXPECT_FALSE((*sink)->health().connected);
  auto batch = std::make_shared<spool::Batch>();
  EXPECT_EQ((*sink)->offer(batch, false), Offer::kFull);
}

TEST_F(MqttSinkTest, NamesTheSinkAndTheUrlThatIsWrong) {
  settings_.url = "broker";
  expect_words(error(), "home", "\"broker\"");
}

TEST_F(MqttSinkTest, RefusesATopicWithWildcards) {
  settings_.topic = "airspool/#";
  expect_words(error(), "topic", "airspool/#");
}

TEST_F(MqttSinkTest, RefusesAWordInATopicThatItDoesNotKnow) {
  settings_.topic = "airspool/{hostname}";
  expect_words(error(), "{hostname}", "{station}");
}

TEST_F(MqttSinkTest, RefusesHalfAKeyPair) {
  settings_.url = "mqtts://127.0.0.1:1";
  settings_.cert_file = "/dev/null";
  expect_words(error(), "cert_file", "key_file");
}

TEST_F(MqttSinkTest, NamesAFileThatIsNotThere) {
  settings_.password_file = "/nowhere/password";
  expect_words(error(), "password_file", "/nowhere/password");
}

TEST_F(MqttSinkTest, RefusesAPasswordThatIsNoFile) {
  settings_.password_file = "/dev/null";
  expect_words(error(), "password_file", "no regular file");
}

TEST_F(MqttSinkTest, RefusesACaFileThatWouldGuardNothing) {
  settings_.ca_file = "/dev/null";
  expect_words(error(), "ca_file", "mqtts://");
}

}  // namespace
}  // namespace airspool::uplink
