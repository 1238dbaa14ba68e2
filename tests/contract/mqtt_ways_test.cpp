// SPDX-License-Identifier: Apache-2.0
#include <optional>

#include "contract/mqtt_broker.h"
#include "fakes/tcp_proxy.h"

// Ways to a broker other than a socket: WebSocket, proxies, AWS's port 443, MQTT 3.1.1.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

class MqttWaysTest : public MqttBrokerTest {
 protected:
  // A name that only the proxy knows, so that nothing reaches the broker around it.
  void go_through_proxy(const std::string& scheme, std::uint16_t port, std::uint16_t to = 0) {
    proxy_.emplace(to != 0 ? to : mosquitto_.port(), test::TcpProxy::Kind::kHttpConnect);
    settings_.proxy = "http://127.0.0.1:" + std::to_string(proxy_->port());
    settings_.url = scheme + "://broker.test:" + std::to_string(port);
  }
  void expect_delivery(std::size_t records = 20) {
    Client client = this->client();
    const auto batch = make_batch(1, records);
    ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
    EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes() == batch->bytes; }));
  }
  [[nodiscard]] std::string with_subscriber_at(std::uint16_t port) const {
    return "\nlistener " + std::to_string(port) + " 127.0.0.1\nallow_anonymous true\n";
  }
  // mosquitto_sub does not know our certificates: it has a listener of its own.
  void start_with_witness(const std::string& listener) {
    const std::uint16_t witness = free_port();
    start(listener + with_subscriber_at(witness));
    for (int i = 0; i < 500 && !port_answers(witness); ++i) ::poll(nullptr, 0, 10);
    mosquitto_.subscribe({"-p", std::to_string(witness)});
  }

  std::optional<test::TcpProxy> proxy_;
};

TEST_F(MqttWaysTest, WebSocketCarriesWhatIsLargerThanAFrame) {
  if (!WebSocketBridge::missing().empty()) GTEST_SKIP() << "SKIPPED: " << WebSocketBridge::missing();
  start("allow_anonymous true\n");
  mosquitto_.subscribe();
  const WebSocketBridge bridge(mosquitto_.port(), mosquitto_.folder());
  settings_.url = "ws://127.0.0.1:" + std::to_string(bridge.port());
  expect_delivery(200'000);
}

TEST_F(MqttWaysTest, WebSocketOverTlsGoesThroughAProxyWithALogin) {
  if (!WebSocketBridge::missing().empty()) GTEST_SKIP() << "SKIPPED: " << WebSocketBridge::missing();
  make_certificates();
  start("allow_anonymous true\n");
  mosquitto_.subscribe();
  const WebSocketBridge bridge(mosquitto_.port(), mosquitto_.folder(), {path("server.pem"), path("server.key")});
  go_through_proxy("wss", 443, bridge.port());
  settings_.ca_file = path("ca.pem");
  proxy_->require("Proxy-Authorization: Basic cm9vZjpzZWNyZXQ=");
  {
    Client client = this->client();
    expect_trouble(client, "407");
    EXPECT_NE(client.sink().health().detail.find("user and password"), std::string::npos);
  }
  settings_.proxy = "http://roof:secret@127.0.0.1:" + std::to_string(proxy_->port());
  expect_delivery();
  EXPECT_EQ(proxy_->requests().front(), "CONNECT broker.test:443 HTTP/1.1");
}

TEST_F(MqttWaysTest, AWebServerThatIsNoBrokerIsExplained) {
  test::TcpProxy no_broker(0, test::TcpProxy::Kind::kHttpConnect);  // answers our GET with 405
  settings_.url = "ws://127.0.0.1:" + std::to_string(no_broker.port()) + "/other";
  Client client = this->client();
  expect_trouble(client, "405");
  EXPECT_NE(client.sink().health().detail.find("/other"), std::string::npos);
}

TEST_F(MqttWaysTest, AnMqttPortIsNoWebSocketAndTheOtherWayRound) {
  start("allow_anonymous true\n");
  settings_.url = mosquitto_.url("ws");
  Client ws = this->client();
  EXPECT_TRUE(
      ws.until([&] { return ws.sink().health().detail.find("closed the connection") != std::string::npos; }, 500))
      << ws.sink().health().detail;
}

TEST_F(MqttWaysTest, TlsGoesThroughAProxyToTheNameThatTheProxyKnows) {
  make_certificates();
  start_with_witness(tls_listener());
  go_through_proxy("mqtts", 8883);
  settings_.ca_file = path("ca.pem");
  expect_delivery(20'000);
  ASSERT_FALSE(proxy_->requests().empty());
  EXPECT_EQ(proxy_->requests().front(), "CONNECT broker.test:8883 HTTP/1.1");
}

TEST_F(MqttWaysTest, AProxyThatDoesNotReachTheBrokerIsExplained) {
  test::TcpProxy proxy(free_port(), test::TcpProxy::Kind::kHttpConnect);
  settings_.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  settings_.url = "mqtts://broker.test";
  Client client = this->client();
  EXPECT_TRUE(client.until(
      [&] { return client.sink().health().detail.find("does the proxy reach the broker") != std::string::npos; }, 500))
      << client.sink().health().detail;
}

TEST_F(MqttWaysTest, AwsPort443IsToldByAlpnAndTheServerName) {
  make_certificates();
  // A server that says which name was asked for and which protocol was chosen.
  const std::uint16_t port = free_port();
  const ChildProcess server(
      {"stdbuf", "-oL", "openssl", "s_server", "-accept", std::to_string(port), "-cert", path("server.pem"), "-key",
       path("server.key"), "-alpn", "x-amzn-mqtt-ca", "-www", "-tlsextdebug"},
      path("s_server"));
  for (int i = 0; i < 500 && !port_answers(port); ++i) ::poll(nullptr, 0, 10);
  test::TcpProxy proxy(port, test::TcpProxy::Kind::kHttpConnect);
  settings_.proxy = "http://127.0.0.1:" + std::to_string(proxy.port());
  settings_.url = "mqtts://broker.test:443";
  settings_.ca_file = path("ca.pem");
  settings_.profile = uplink::BrokerProfile::kAwsIot;
  settings_.topic = "$aws/rules/lake/airspool/{station}/states";
  Client client = this->client();
  EXPECT_TRUE(client.until(
      [&] { return read_file(path("s_server")).find("ALPN protocols selected: x-amzn-mqtt-ca") != std::string::npos; },
      500))
      << client.sink().health().detail << read_file(path("s_server")) << read_file(path("s_server.err"));
  EXPECT_NE(read_file(path("s_server")).find("broker.test"), std::string::npos) << "the name that was asked for";
}

TEST_F(MqttWaysTest, TheAwsProfileDeliversToABrokerThatDoesNotKnowTheProtocolName) {
  make_certificates();
  start_with_witness(tls_listener());
  go_through_proxy("mqtts", 443);
  settings_.ca_file = path("ca.pem");
  settings_.profile = uplink::BrokerProfile::kAwsIot;
  expect_delivery();
}

TEST_F(MqttWaysTest, TheAwsProfileCutsWhatIsLargerThan128Kilobytes) {
  start_with_witness("allow_anonymous true\n");
  settings_.profile = uplink::BrokerProfile::kAwsIot;
  settings_.encoding = uplink::PayloadEncoding::kNone;
  Client client = this->client();
  const auto batch = make_batch(1, 20'000);
  const std::string text = *spool::decode_batch(batch->bytes);
  ASSERT_GT(text.size(), 256U * 1024);
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes() == text; }));
  std::istringstream lines(mosquitto_.received_lines());
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 2U * 128 * 1024);
}

TEST_F(MqttWaysTest, ThePlainProfileSpeaks311AndSaysWhatThatMeans) {
  start_with_witness("allow_anonymous true\n");
  settings_.profile = uplink::BrokerProfile::kPlain;
  expect_delivery();
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  EXPECT_NE(client.sink().health().detail.find("3.1.1"), std::string::npos) << client.sink().health().detail;
  EXPECT_NE(mosquitto_.log().find("(p2,"), std::string::npos);
}

TEST_F(MqttWaysTest, ThePlainProfileExplainsARefusal) {
  start("allow_anonymous false\n");
  settings_.profile = uplink::BrokerProfile::kPlain;
  Client client = this->client();
  expect_trouble(client, "not authorised");
}

}  // namespace
}  // namespace airspool::contract
