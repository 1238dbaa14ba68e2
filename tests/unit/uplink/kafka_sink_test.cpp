// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/uplink/kafka_sink.h>

#include "uplink/kafka_message.h"
#include "uplink/kafka_outcome.h"

namespace airspool::uplink {
namespace {

using kafka::judge;
using kafka::Verdict;
using testing::AllOf;
using testing::HasSubstr;

KafkaSinkSettings settings() {
  KafkaSinkSettings settings;
  settings.name = "lake";
  settings.brokers = {"127.0.0.1:9"};
  settings.topic = "airspool.states";
  settings.station = "roof-1";
  return settings;
}

std::string refusal(const KafkaSinkSettings& settings) {
  const auto checked = check_kafka_settings(settings);
  EXPECT_FALSE(checked);
  if (checked) return "";
  EXPECT_EQ(checked.error().code, ErrorCode::kConfig);
  return checked.error().message;
}

TEST(KafkaSettingsTest, GoodOnesAreGood) {
  EXPECT_TRUE(check_kafka_settings(settings()));
  auto more = settings();
  more.properties = {{"client.rack", "euc1-az1"}, {"compression.level", "7"}, {"acks", "all"}, {"linger.ms", "200"}};
  more.topic = "air.{station}";
  EXPECT_TRUE(check_kafka_settings(more));
}

TEST(KafkaSettingsTest, APropertyThatDoesNotExistIsNamed) {
  auto wrong = settings();
  wrong.properties["client.rakc"] = "a";
  EXPECT_THAT(refusal(wrong), AllOf(HasSubstr("\"lake\""), HasSubstr("\"client.rakc\"")));
}

TEST(KafkaSettingsTest, AWrongValueIsNamedWithItsProperty) {
  auto wrong = settings();
  wrong.properties["linger.ms"] = "soon";
  EXPECT_THAT(refusal(wrong), HasSubstr("linger.ms"));
  wrong.properties = {{"compression.type", "rar"}};
  EXPECT_THAT(refusal(wrong), HasSubstr("compression.type"));
}

TEST(KafkaSettingsTest, WhatWouldMakeAnAcknowledgementMeanLessIsRefused) {
  for (const auto& [key, value] : std::map<std::string, std::string>{
           {"acks", "1"}, {"request.required.acks", "0"}, {"transactional.id", "a"}, {"statistics.interval.ms", "0"}}) {
    auto wrong = settings();
    wrong.properties[key] = value;
    EXPECT_THAT(refusal(wrong), HasSubstr(key));
  }
}

TEST(KafkaSettingsTest, TopicsAreChecked) {
  for (const char* topic : {"", "a b", "a/b", "{aircraft}"}) {
    auto wrong = settings();
    wrong.topic = topic;
    EXPECT_THAT(refusal(wrong), HasSubstr("topic"));
  }
}

TEST(KafkaSettingsTest, HalfAKeyPairAndFilesThatAreNotThereAreRefused) {
  auto wrong = settings();
  wrong.cert_file = "/nowhere/cert.pem";
  EXPECT_THAT(refusal(wrong), HasSubstr("key_file"));
  wrong = settings();
  wrong.ca_file = "/nowhere/ca.pem";
  const auto checked = check_kafka_settings(wrong);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(checked.error().message, HasSubstr("/nowhere/ca.pem"));
}

TEST(KafkaSettingsTest, ASecretThatIsWrongIsNotRepeated) {
  auto wrong = settings();
  wrong.properties["sasl.mechanisms"] = "SCRAM-SHA-512";
  wrong.properties["ssl.key.password"] = "hunter2";
  const auto checked = check_kafka_settings(wrong);
  if (!checked) {
    EXPECT_EQ(checked.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(KafkaBrokersTest, OnThisMachineOnlyWhenAllAre) {
  EXPECT_TRUE(kafka_brokers_are_loopback({"127.0.0.1:9092", "localhost:9092", "[::1]:9092"}));
  EXPECT_FALSE(kafka_brokers_are_loopback({"127.0.0.1:9092", "lake.example:9092"}));
  EXPECT_FALSE(kafka_brokers_are_loopback({}));
}

TEST(KafkaMessageTest, KeysByTheAddressOfTheAircraft) {
  std::array<char, 7> storage{};
  EXPECT_EQ(kafka::key_of(R"({"schema":1,"icao24":"a6c516","addr_type":"icao","x":1})", "roof", storage), "a6c516");
  EXPECT_EQ(kafka::key_of(R"({"schema":1,"icao24":"a6c516","addr_type":"other"})", "roof", storage), "~a6c516");
}

TEST(KafkaMessageTest, NoticesGoByTheStation) {
  std::array<char, 7> storage{};
  for (const char* line : {R"({"schema":1,"kind":"gap"})", R"({"icao24":"a6"})", R"({"icao24":")", "",
                           R"({"callsign":"\"icao24\":\"a6c516\""})"}) {
    EXPECT_EQ(kafka::key_of(line, "roof", storage), "roof") << line;
  }
}

TEST(KafkaMessageTest, LinesAreTakenOneByOne) {
  const std::string text = "a\n\nbc";
  std::size_t at = 0;
  EXPECT_EQ(kafka::next_line(text, at), "a");
  EXPECT_EQ(kafka::next_line(text, at), "");
  EXPECT_EQ(kafka::next_line(text, at), "bc");
  EXPECT_EQ(at, text.size());
}

TEST(KafkaOutcomeTest, WhatAPersonMustMendIsNeverADeadLetter) {
  for (const auto error :
       {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,
        RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED,
        RD_KAFKA_RESP_ERR_THROTTLING_QUOTA_EXCEEDED, RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP}) {
    EXPECT_EQ(judge(error).verdict, Verdict::kMistake) << rd_kafka_err2name(error);
    EXPECT_STRNE(judge(error).advice, "");
  }
}

TEST(KafkaOutcomeTest, WhatTimeMendsIsTriedAgain) {
  for (const auto error :
       {RD_KAFKA_RESP_ERR__MSG_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER, RD_KAFKA_RESP_ERR__FATAL,
        RD_KAFKA_RESP_ERR__PURGE_QUEUE, RD_KAFKA_RESP_ERR_UNKNOWN}) {
    EXPECT_EQ(judge(error).verdict, Verdict::kAgain) << rd_kafka_err2name(error);
  }
}

TEST(KafkaOutcomeTest, WhatOneRecordMayHaveSpoiltIsSentApart) {
  EXPECT_EQ(judge(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE).verdict, Verdict::kApart);
  EXPECT_EQ(judge(RD_KAFKA_RESP_ERR_INVALID_RECORD).verdict, Verdict::kApart);
}

}  // namespace
}  // namespace airspool::uplink
