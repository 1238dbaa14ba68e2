// SPDX-License-Identifier: Apache-2.0
#include "contract/mqtt_broker.h"
#include "fakes/tcp_proxy.h"

// What goes beside the batches: health record, last will, messages of single aircraft.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

constexpr const char* kStatus = R"({"schema":1,"kind":"health","online":true})";
constexpr const char* kStopped = R"({"schema":1,"kind":"health","online":false,"reason":"stopped"})";

class MqttBesideTest : public MqttBrokerTest {
 protected:
  MqttBesideTest() {
    settings_.status_topic = "air/{station}/status";
    settings_.aircraft_topic = "air/{station}/aircraft/{icao24}";
  }
  void start_and_listen(const std::string& listener = "allow_anonymous true\n") {
    start(listener);
    mosquitto_.subscribe({}, "|%t|%r|%q|%p");
  }
  bool heard(Client& client, const std::string& words, int polls = 500) {
    return client.until([&] { return mosquitto_.received_lines().find(words) != std::string::npos; }, polls);
  }
  // A subscriber that comes only now gets what is retained.
  std::string retained() {
    const std::string file = path("retained");
    ChildProcess late({"/usr/bin/mosquitto_sub", "-p", std::to_string(mosquitto_.port()), "-V", "5", "-t",
                       "air/roof-1/status", "-C", "1", "-W", "5", "-F", "%r %p"},
                      file);
    late.wait();
    const std::string text = read_file(file);
    fs::remove(file);
    return text;
  }
  static spool::BatchPtr aircraft_batch(std::int64_t id, std::size_t aircraft) {
    auto encoder = spool::BatchEncoder::create();
    std::string text = R"({"schema":1,"kind":"start","spool_id":"contractspool000","station_id":"roof-1"})"
                       "\n";
    for (std::size_t i = 0; i < aircraft; ++i) {
      text += R"({"schema":1,"record_id":"contractspool000-)" + std::to_string(i + 1) + R"(","icao24":")" +
              (i % 2 == 0 ? R"(3c6444","addr_type":"icao"})" : R"(400abc","addr_type":"other"})") + "\n";
    }
    auto batch = std::make_shared<spool::Batch>(*make_batch(id));
    batch->header.count = static_cast<std::uint32_t>(aircraft);
    batch->bytes = *encoder->encode(text);
    return batch;
  }
};

TEST_F(MqttBesideTest, TheFirstRecordIsTheBirthAndIsRetained) {
  start_and_listen();
  Client client = this->client();
  client.sink().announce(kStatus);  // before there is a connection
  ASSERT_TRUE(heard(client, std::string("|air/roof-1/status|0|1|") + kStatus)) << client.sink().health().detail;
  EXPECT_EQ(retained(), std::string("1 ") + kStatus + "\n");
}

TEST_F(MqttBesideTest, OnlyTheNewestRecordIsSentAfterAnOutage) {
  start_and_listen();
  mosquitto_.stop();
  Client client = this->client();
  for (int i = 0; i < 5; ++i) {
    client.sink().announce("{\"n\":" + std::to_string(i) + "}");
    client.poll();
  }
  mosquitto_.start();
  ASSERT_TRUE(heard(client, "{\"n\":4}"));
  EXPECT_EQ(mosquitto_.received_lines().find("{\"n\":3}"), std::string::npos);
}

TEST_F(MqttBesideTest, ACleanStopSaysSo) {
  start_and_listen();
  Client client = this->client();
  client.sink().announce(kStatus);
  ASSERT_TRUE(heard(client, kStatus));
  client.sink().announce(kStopped);
  client.poll();
  client.destroy();
  Client other = this->client();
  ASSERT_TRUE(heard(other, kStopped));
  EXPECT_EQ(retained(), std::string("1 ") + kStopped + "\n");
  EXPECT_EQ(mosquitto_.received_lines().find("connection lost"), std::string::npos);
}

TEST_F(MqttBesideTest, WhenWeVanishTheBrokerTells) {
  start_and_listen();
  test::TcpProxy line(mosquitto_.port());
  settings_.url = "mqtt://127.0.0.1:" + std::to_string(line.port());
  settings_.first_reconnect = settings_.reconnect_cap = 60s;
  Client client = this->client();
  client.sink().announce(kStatus);
  ASSERT_TRUE(heard(client, kStatus));
  line.cut();
  const std::string will =
      R"({"schema":1,"kind":"health","station_id":"roof-1","online":false,"reason":"connection lost"})";
  ASSERT_TRUE(heard(client, will));
  EXPECT_EQ(retained(), "1 " + will + "\n");
}

TEST_F(MqttBesideTest, ABrokerThatForbidsTheStatusTopicStillGetsItsBatches) {
  write("acl", "topic read #\ntopic write air/roof-1/states\n");
  start_and_listen("allow_anonymous true\nacl_file " + path("acl") + "\n");
  Client client = this->client();
  client.sink().announce(kStatus);
  ASSERT_TRUE(client.deliver(make_batch(1))) << client.sink().health().detail;
  EXPECT_FALSE(client.sink().health().attention);
}

TEST_F(MqttBesideTest, WithoutAStatusTopicNothingIsSaid) {
  start_and_listen();
  settings_.status_topic.clear();
  Client client = this->client();
  client.sink().announce(kStatus);
  ASSERT_TRUE(client.deliver(make_batch(1)));
  EXPECT_EQ(mosquitto_.received_lines().find("health"), std::string::npos);
}

TEST_F(MqttBesideTest, EachRecordOfALiveBatchIsAMessageOfItsAircraft) {
  start_and_listen();
  Client client = this->client();
  ASSERT_TRUE(client.deliver(aircraft_batch(1, 2)));
  ASSERT_TRUE(heard(client, R"(|air/roof-1/aircraft/3c6444|0|0|{"schema":1,"record_id":"contractspool000-1")"))
      << mosquitto_.received_lines();
  EXPECT_TRUE(heard(client, "|air/roof-1/aircraft/~400abc|")) << mosquitto_.received_lines();
  EXPECT_EQ(mosquitto_.received_lines().find("aircraft/3c6444|1|"), std::string::npos) << "not retained";
}

TEST_F(MqttBesideTest, ADrainPaintsNoneOfYesterdaysSky) {
  start_and_listen();
  Client client = this->client();
  for (std::int64_t id = 1; id <= 5; ++id) {
    ASSERT_TRUE(client.hand_over(aircraft_batch(id, 2), true));
    ASSERT_TRUE(client.until([&] { return client.accepted(id); }));
  }
  ASSERT_TRUE(client.deliver(make_batch(6)));
  ASSERT_TRUE(heard(client, "|air/roof-1/states|"));
  EXPECT_EQ(mosquitto_.received_lines().find("/aircraft/"), std::string::npos);
}

TEST_F(MqttBesideTest, WhenTheConnectionIsBehindDashboardsWaitForTheNextPicture) {
  start_and_listen();
  settings_.keep_alive = 60s;
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  mosquitto_.freeze();
  for (std::int64_t id = 1; id <= 12; ++id) {
    client.sink().offer(aircraft_batch(id, 10'000), false);
    client.sink().poll(clock_.boot_now());
  }
  mosquitto_.thaw();
  const std::string name = "airspool_mqtt_aircraft_dropped_total{sink=\"home\"} ";
  const std::string text = metrics_.prometheus_text();
  EXPECT_GT(std::stoll(text.substr(text.find(name) + name.size())), 0);
}

}  // namespace
}  // namespace airspool::contract
