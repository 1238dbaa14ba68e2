// SPDX-License-Identifier: Apache-2.0
#include <random>

#include "contract/mqtt_broker.h"

// Batches that are larger than the broker takes.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

// A record that hardly compresses, of about so many bytes.
std::string record(std::int64_t seq, std::size_t bytes) {
  static std::mt19937 random(7);
  std::string line = R"({"schema":1,"record_id":"contractspool000-)" + std::to_string(seq) + R"(","seq":)" +
                     std::to_string(seq) + R"(,"icao24":"3c6444","noise":")";
  while (line.size() + 3 < bytes) line.push_back(static_cast<char>('0' + random() % 75));
  for (char& c : line) {
    if (c == '\\') c = '_';
  }
  return line + "\"}\n";
}

spool::BatchPtr batch_of(const std::vector<std::string>& lines, std::int64_t first_seq) {
  auto encoder = spool::BatchEncoder::create();
  std::string text;
  for (const std::string& line : lines) text += line;
  spool::Batch batch;
  batch.header.id = 1;
  batch.header.station_id = "roof-1";
  batch.header.spool_id = "contractspool000";
  batch.header.first_seq = first_seq;
  batch.header.last_seq = first_seq + static_cast<std::int64_t>(lines.size()) - 1;
  batch.header.count = static_cast<std::uint32_t>(lines.size());
  batch.header.sealed = SystemClock().wall_now();
  batch.bytes = *encoder->encode(text);
  return std::make_shared<const spool::Batch>(std::move(batch));
}

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::strtol(hex.substr(i, 2).c_str(), nullptr, 16)));
  }
  return bytes;
}

class MqttLimitsTest : public MqttBrokerTest {
 protected:
  void start_and_listen(const std::string& listener) {
    start("allow_anonymous true\n" + listener);
    mosquitto_.subscribe({}, "|%P");
  }
  struct Message {
    std::string text;
    std::string properties;
  };
  // What the subscriber got, unpacked.
  [[nodiscard]] std::vector<Message> messages() const {
    std::vector<Message> all;
    std::istringstream lines(mosquitto_.received_lines());
    for (std::string line; std::getline(lines, line);) {
      const auto bar = line.find('|');
      auto text = spool::decode_batch(from_hex(line.substr(0, bar)));
      all.push_back({text ? *text : "cannot be unpacked", line.substr(bar)});
    }
    return all;
  }
  [[nodiscard]] std::string received_text() const {
    std::string text;
    for (const Message& message : messages()) text += message.text;
    return text;
  }
  // All lines arrived, in order, each message naming its own first record and count.
  void expect_in_parts(Client& client, const std::vector<std::string>& lines) {
    std::string all;
    for (const std::string& line : lines) all += line;
    EXPECT_TRUE(client.until([&] { return received_text() == all; }, 300));
    EXPECT_GT(messages().size(), 1U);
    for (const Message& message : messages()) {
      const std::string id = message.text.substr(message.text.find("contractspool000-"), 20);
      EXPECT_NE(message.properties.find("batch:" + id.substr(0, id.find('"'))), std::string::npos)
          << message.properties;
      const auto count = std::count(message.text.begin(), message.text.end(), '\n');
      EXPECT_NE(message.properties.find("count:" + std::to_string(count)), std::string::npos) << message.properties;
    }
  }
  static std::vector<std::string> records(std::int64_t first_seq, std::size_t count, std::size_t bytes) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < count; ++i) lines.push_back(record(first_seq + static_cast<std::int64_t>(i), bytes));
    return lines;
  }
  // A batch of twenty with one record in its midst that no part can carry.
  void expect_that_only_the_large_one_is_rejected() {
    auto lines = records(100, 20, 300);
    lines[7] = record(107, 9000);
    Client client = this->client();
    const uplink::Outcome outcome = answer(client, batch_of(lines, 100));
    const auto* reject = std::get_if<uplink::Reject>(&outcome);
    ASSERT_NE(reject, nullptr);
    EXPECT_EQ(reject->cause, "too-large");
    ASSERT_NE(reject->part, nullptr);
    EXPECT_EQ(reject->part->header.first_seq, 107);
    EXPECT_EQ(reject->part->header.last_seq, 107);
    EXPECT_EQ(reject->part->header.count, 1U);
    EXPECT_EQ(*spool::decode_batch(reject->part->bytes), lines[7]);
    lines.erase(lines.begin() + 7);
    expect_in_parts(client, lines);
    EXPECT_TRUE(client.sink().health().connected);
  }
};

TEST_F(MqttLimitsTest, ABatchAboveTheMaximumPacketSizeIsSentInParts) {
  start_and_listen("max_packet_size 4000\n");
  Client client = this->client();
  const auto lines = records(1, 100, 300);
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer(client, batch_of(lines, 1))));
  expect_in_parts(client, lines);
  EXPECT_EQ(mosquitto_.log().find("oversize"), std::string::npos);
}

TEST_F(MqttLimitsTest, ABatchThatTheBrokerRefusesForItsSizeIsSentInParts) {
  start_and_listen("message_size_limit 4000\n");
  Client client = this->client();
  const auto lines = records(1, 100, 300);
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer(client, batch_of(lines, 1))));
  expect_in_parts(client, lines);
  EXPECT_FALSE(client.sink().health().attention);
}

TEST_F(MqttLimitsTest, PartsObeyTheReceiveMaximum) {
  start_and_listen("max_packet_size 4000\nmax_inflight_messages 2\n");
  Client client = this->client();
  const auto lines = records(1, 100, 300);
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer(client, batch_of(lines, 1))));
  expect_in_parts(client, lines);
  EXPECT_EQ(mosquitto_.log().find("receive maximum"), std::string::npos);
}

TEST_F(MqttLimitsTest, ARecordAboveTheMaximumPacketSizeIsRejectedAndTheRestDelivered) {
  start_and_listen("max_packet_size 4000\n");
  expect_that_only_the_large_one_is_rejected();
}

TEST_F(MqttLimitsTest, ARecordThatTheBrokerRefusesForItsSizeIsRejectedAndTheRestDelivered) {
  start_and_listen("message_size_limit 4000\n");
  expect_that_only_the_large_one_is_rejected();
}

TEST_F(MqttLimitsTest, TextIsCutAtLineEnds) {
  start_and_listen("max_packet_size 4000\n");
  settings_.encoding = uplink::PayloadEncoding::kNone;
  Client client = this->client();
  const auto lines = records(1, 50, 300);
  std::string text;
  for (const std::string& line : lines) text += line;
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer(client, batch_of(lines, 1))));
  EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes() == text; }, 300));
}

TEST_F(MqttLimitsTest, ALimitThatTakesNoRecordAtAllBuriesNothing) {
  start("allow_anonymous true\nmax_packet_size 300\n");
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  expect_retry(answer(client, batch_of(records(1, 3, 500), 1)), "too-large", 60s);
  EXPECT_TRUE(client.sink().health().attention);
  EXPECT_TRUE(client.sink().health().connected);
}

}  // namespace
}  // namespace airspool::contract
