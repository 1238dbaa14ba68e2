// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include <airspool/uplink/debezium.h>
#include <airspool/uplink/kafka_sink.h>

#include "contract/kafka.h"
#include "contract/sink_contract.h"

// What a cluster can do to a producer, on order: librdkafka's mock cluster answers as it is told.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

class KafkaFaultTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const std::string missing = missing_kcat(); !missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    settings_.name = "lake";
    settings_.brokers = {kafka_.brokers()};
    settings_.topic = topic_;
    settings_.station = "roof-1";
    settings_.first_reconnect = 50ms;
    settings_.reconnect_cap = 200ms;
  }
  Client client() {
    auto sink = uplink::open_kafka_sink(settings_, clock_, metrics_);
    EXPECT_TRUE(sink) << sink.error().message;
    return {std::move(*sink), clock_};
  }
  uplink::Outcome answer(Client& client, const spool::BatchPtr& batch) {
    EXPECT_TRUE(client.hand_over(batch)) << client.sink().health().detail;
    const std::size_t before = client.answers().size();
    EXPECT_TRUE(client.until([&] { return client.answers().size() > before; }));
    return client.answers().empty() ? uplink::Outcome{} : client.answers().back().outcome;
  }
  static void expect_retry(const uplink::Outcome& outcome, const std::string& cause, std::chrono::milliseconds after) {
    const auto* retry = std::get_if<uplink::Retry>(&outcome);
    ASSERT_NE(retry, nullptr);
    EXPECT_EQ(retry->cause, cause) << retry->reason;
    EXPECT_EQ(retry->after, after);
  }
  void expect_all_there(const std::vector<spool::BatchPtr>& batches) const {
    const auto lines = lines_of(read_topic(kafka_.brokers(), topic_));
    for (const auto& batch : batches) {
      for (const std::string& record : lines_of(records(*batch))) {
        EXPECT_TRUE(lines.contains(record)) << record;
      }
    }
  }
  static std::set<std::string> lines_of(const std::string& text) {
    std::set<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.insert(line);
    return lines;
  }
  [[nodiscard]] std::string metric(const std::string& name) const {
    const std::string text = metrics_.prometheus_text();
    const auto at = text.find("\n" + name);
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  uplink::KafkaSinkSettings settings_;
  std::string topic_ = new_topic();
  MockKafka kafka_;
};

spool::BatchPtr batch_of(std::int64_t id, const std::vector<std::string>& lines) {
  static spool::BatchEncoder encoder = std::move(*spool::BatchEncoder::create());
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  spool::Batch batch = *make_batch(id);
  batch.header.count = static_cast<std::uint32_t>(lines.size());
  batch.bytes = *encoder.encode(text);
  return std::make_shared<const spool::Batch>(std::move(batch));
}

TEST_F(KafkaFaultTest, EachRecordIsAMessageWithTheKeyOfItsAircraft) {
  kafka_.create(topic_, 7);
  Client client = this->client();
  ASSERT_TRUE(client.hand_over(
      batch_of(1, {R"({"schema":1,"icao24":"a6c516","addr_type":"icao"})",
                   R"({"schema":1,"icao24":"4b1801","addr_type":"icao"})",
                   R"({"schema":1,"icao24":"4b1801","addr_type":"other"})", R"({"schema":1,"kind":"start"})"}),
      true));
  ASSERT_TRUE(client.until([&] { return client.accepted(1); }));
  const auto lines = lines_of(read_topic(kafka_.brokers(), topic_, "%k %p %h %s\n"));
  // The partitions are those of Java's producer, worked out with a murmur2 of another make.
  const std::string headers = "schema=1,station=roof-1,replay=true";
  EXPECT_TRUE(lines.contains("a6c516 5 " + headers + R"( {"schema":1,"icao24":"a6c516","addr_type":"icao"})"));
  EXPECT_TRUE(lines.contains("4b1801 2 " + headers + R"( {"schema":1,"icao24":"4b1801","addr_type":"icao"})"));
  EXPECT_TRUE(lines.contains("~4b1801 1 " + headers + R"( {"schema":1,"icao24":"4b1801","addr_type":"other"})"));
  EXPECT_TRUE(
      std::any_of(lines.begin(), lines.end(), [](const std::string& line) { return line.starts_with("roof-1 "); }));
  EXPECT_EQ(lines.size(), 4U);
}

TEST_F(KafkaFaultTest, AnotherFormatMayLeaveRecordsOut) {
  kafka_.create(topic_);
  settings_.encode = [](std::string_view record, std::string& key, std::string& value) {
    key = "a key";
    value = "<" + std::string(record) + ">";
    return record.find("1003") == std::string_view::npos;
  };
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1, 5)));
  const auto lines = lines_of(read_topic(kafka_.brokers(), topic_));
  EXPECT_EQ(lines.size(), 4U);
  EXPECT_TRUE(lines.contains(R"(<{"schema":1,"seq":1000}>)"));
  EXPECT_EQ(metric("airspool_kafka_records_left_out_total"), "airspool_kafka_records_left_out_total{sink=\"lake\"} 1");
}

TEST_F(KafkaFaultTest, DebeziumMessagesArriveWithTheirKeys) {
  kafka_.create(topic_);
  settings_.encode = [](std::string_view record, std::string& key, std::string& value) {
    return uplink::encode_debezium(record, {false}, 1'764'066'005'250, key, value) == uplink::DebeziumRow::kWritten;
  };
  const std::string common = R"("addr_type":"icao","last_contact":1764066002,"received_ms":1764066002700,"seq":)";
  Client client = this->client();
  ASSERT_TRUE(client.hand_over(
      batch_of(1, {R"({"record_id":"aaaa-1","icao24":"a6c516","longitude":8.5,"latitude":50,)" + common + "1}",
                   R"({"record_id":"aaaa-2","icao24":"4b1801",)" + common + "2}", R"({"schema":1,"kind":"gap"})"}),
      true));
  ASSERT_TRUE(client.until([&] { return client.accepted(1); }));
  const std::string text = read_topic(kafka_.brokers(), topic_, "%k %s\n");
  EXPECT_TRUE(text.starts_with(R"({"icao24":"a6c516"} {"before":null,"after":{"icao24":"a6c516",)")) << text;
  EXPECT_EQ(lines_of(text).size(), 1U);
  EXPECT_EQ(metric("airspool_kafka_records_left_out_total"), "airspool_kafka_records_left_out_total{sink=\"lake\"} 2");
}

TEST_F(KafkaFaultTest, ABatchOfWhichNothingIsLeftIsAccepted) {
  kafka_.create(topic_);
  settings_.encode = [](std::string_view, std::string&, std::string&) { return false; };
  Client client = this->client();
  EXPECT_TRUE(client.deliver(make_batch(1)));
}

TEST_F(KafkaFaultTest, ABatchLargerThanTheQueueGoesThroughInPieces) {
  kafka_.create(topic_);
  Client client = this->client();
  EXPECT_TRUE(client.deliver(make_batch(1, 45'000)));
}

TEST_F(KafkaFaultTest, LostConnectionsLoseNothing) {
  kafka_.create(topic_);
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  kafka_.answer(MockKafka::kProduce, {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TRANSPORT,
                                      RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, RD_KAFKA_RESP_ERR__TRANSPORT});
  for (std::int64_t id = 2; id <= 5; ++id) ASSERT_TRUE(client.deliver(make_batch(id))) << client.sink().health().detail;
  expect_all_there({make_batch(1), make_batch(2), make_batch(3), make_batch(4), make_batch(5)});
}

TEST_F(KafkaFaultTest, AcknowledgementsThatComeTooLateAreAskedForAgain) {
  kafka_.create(topic_);
  settings_.properties["socket.timeout.ms"] = "1000";
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_rtt(*kafka_, id, 1500);
  ASSERT_TRUE(client.hand_over(make_batch(2)));
  for (int i = 0; i < 100; ++i) client.poll();
  for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_rtt(*kafka_, id, 0);
  ASSERT_TRUE(client.accepted(2) || client.deliver(make_batch(2)));
  expect_all_there({make_batch(1), make_batch(2)});
}

TEST_F(KafkaFaultTest, FollowsTheLeader) {
  kafka_.create(topic_, 1);
  Client client = this->client();
  for (std::int64_t id = 1; id <= 6; ++id) {
    rd_kafka_mock_partition_set_leader(*kafka_, topic_.c_str(), 0, static_cast<std::int32_t>(1 + id % 3));
    ASSERT_TRUE(client.deliver(make_batch(id))) << client.sink().health().detail;
  }
  expect_all_there({make_batch(1), make_batch(2), make_batch(3), make_batch(4), make_batch(5), make_batch(6)});
}

TEST_F(KafkaFaultTest, ARollingRestartIsNotNoticed) {
  kafka_.create(topic_, 1);
  Client client = this->client();
  std::int64_t id = 0;
  ASSERT_TRUE(client.deliver(make_batch(++id)));
  for (int broker = 1; broker <= 3; ++broker) {
    rd_kafka_mock_partition_set_leader(*kafka_, topic_.c_str(), 0, 1 + broker % 3);
    rd_kafka_mock_broker_set_down(*kafka_, broker);
    ASSERT_TRUE(client.deliver(make_batch(++id))) << client.sink().health().detail;
    rd_kafka_mock_broker_set_up(*kafka_, broker);
  }
  expect_all_there({make_batch(1), make_batch(2), make_batch(3), make_batch(4)});
  EXPECT_TRUE(client.sink().health().connected);
}

TEST_F(KafkaFaultTest, APermissionThatIsMissingIsNeverADeadLetter) {
  kafka_.create(topic_);
  Client client = this->client();
  kafka_.answer(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED});
  const auto batch = make_batch(1);
  expect_retry(answer(client, batch), "not-authorised", 60s);
  EXPECT_TRUE(client.sink().health().attention);
  EXPECT_NE(client.sink().health().detail.find(topic_), std::string::npos) << client.sink().health().detail;
  ASSERT_TRUE(client.deliver(batch));
  EXPECT_FALSE(client.sink().health().attention) << client.sink().health().detail;
  expect_all_there({batch});
}

TEST_F(KafkaFaultTest, AQuotaIsNeverADeadLetter) {
  kafka_.create(topic_);
  Client client = this->client();
  kafka_.answer(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_POLICY_VIOLATION});
  expect_retry(answer(client, make_batch(1)), "quota", 60s);
}

TEST_F(KafkaFaultTest, ATopicThatIsNotThereIsWaitedFor) {
  kafka_.create(topic_);
  rd_kafka_mock_topic_set_error(*kafka_, topic_.c_str(), RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
  settings_.properties["topic.metadata.propagation.max.ms"] = "300";
  settings_.properties["topic.metadata.refresh.interval.ms"] = "300";
  Client client = this->client();
  const auto batch = make_batch(1);
  expect_retry(answer(client, batch), "unknown-topic", 60s);
  EXPECT_TRUE(client.sink().health().attention);
  rd_kafka_mock_topic_set_error(*kafka_, topic_.c_str(), RD_KAFKA_RESP_ERR_NO_ERROR);
  EXPECT_TRUE(client.deliver(batch));
}

TEST_F(KafkaFaultTest, WhatIsTooLargeTogetherIsSentInSmallerSets) {
  kafka_.create(topic_, 1);
  Client client = this->client();
  kafka_.answer(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE});
  const auto batch = make_batch(1);
  const uplink::Outcome outcome = answer(client, batch);
  const auto* retry = std::get_if<uplink::Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(retry->cause, "too-large");
  EXPECT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  EXPECT_EQ(client.count<uplink::Reject>(1), 0U);
  expect_all_there({batch});
}

TEST_F(KafkaFaultTest, AProducerThatFailedForGoodIsReplaced) {
  kafka_.create(topic_);
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  // The gap in the sequence that librdkafka before 2.3.0 takes for the end.
  kafka_.answer(MockKafka::kProduce, {RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER});
  for (std::int64_t id = 2; id <= 4; ++id) ASSERT_TRUE(client.deliver(make_batch(id))) << client.sink().health().detail;
  EXPECT_EQ(client.count<uplink::Reject>(2), 0U);
  EXPECT_EQ(metric("airspool_kafka_producers_total"), "airspool_kafka_producers_total{sink=\"lake\"} 1");
  expect_all_there({make_batch(1), make_batch(2), make_batch(3), make_batch(4)});
}

TEST_F(KafkaFaultTest, WithoutThePermissionToWriteIdempotentlyItSaysSo) {
  kafka_.create(topic_);
  kafka_.answer(MockKafka::kInitProducerId,
                std::vector<rd_kafka_resp_err_t>(3, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED));
  Client client = this->client();
  EXPECT_TRUE(client.until([&] { return client.sink().health().attention; }));
  EXPECT_NE(client.sink().health().detail.find("IdempotentWrite"), std::string::npos) << client.sink().health().detail;
}

TEST_F(KafkaFaultTest, WhatIsNotAcknowledgedInTimeIsTriedAgain) {
  kafka_.create(topic_);
  settings_.message_timeout = 1000ms;
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_rtt(*kafka_, id, 3000);
  const uplink::Outcome outcome = answer(client, make_batch(2));
  const auto* retry = std::get_if<uplink::Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_TRUE(retry->cause == "timeout" || retry->cause == "producer-renewed") << retry->cause;
  for (int id = 1; id <= 3; ++id) rd_kafka_mock_broker_set_rtt(*kafka_, id, 0);
  EXPECT_TRUE(client.deliver(make_batch(2)));
}

TEST_F(KafkaFaultTest, TheHealthRecordGoesToItsOwnTopicTheNewestOnly) {
  kafka_.create(topic_);
  settings_.status_topic = topic_ + ".status";
  kafka_.create(settings_.status_topic);
  Client client = this->client();
  for (const char* record : {"{\"n\":1}", "{\"n\":2}", "{\"n\":3}"}) client.sink().announce(record);
  ASSERT_TRUE(client.deliver(make_batch(1)));
  std::string text;
  EXPECT_TRUE(client.until([&] {
    text = read_topic(kafka_.brokers(), settings_.status_topic, "%k %s\n");
    return !text.empty();
  }));
  EXPECT_EQ(text, "roof-1 {\"n\":3}\n");
}

TEST_F(KafkaFaultTest, AHealthRecordWithoutATopicIsDropped) {
  kafka_.create(topic_);
  Client client = this->client();
  client.sink().announce("{}");
  EXPECT_TRUE(client.deliver(make_batch(1)));
}

}  // namespace
}  // namespace airspool::contract
