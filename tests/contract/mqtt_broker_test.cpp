// SPDX-License-Identifier: Apache-2.0
#include "contract/mqtt_broker.h"

#include <fstream>
#include <functional>

#include <airspool/uplink/mqtt_sink.h>

#include "contract/secret_file.h"

// What a real broker does to a publisher beyond the contract of all sinks.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

TEST_F(MqttBrokerTest, TellsASubscriberWhatItGets) {
  start("allow_anonymous true\n");
  mosquitto_.subscribe({}, "|%t|%C|%P");
  Client client = this->client();
  ASSERT_TRUE(client.hand_over(make_batch(7), true));
  ASSERT_TRUE(client.until([&] { return mosquitto_.received_lines().find('\n') != std::string::npos; }));
  const std::string line = mosquitto_.received_lines();
  for (const char* part : {"|air/roof-1/states|", "|application/x-ndjson|", "content-encoding:zstd", "schema:1",
                           "station:roof-1", "batch:contractspool000-7000", "count:20", "replay:true"}) {
    EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
  }
}

TEST_F(MqttBrokerTest, SendsTextWhenAskedTo) {
  start("allow_anonymous true\n");
  mosquitto_.subscribe();
  settings_.encoding = uplink::PayloadEncoding::kNone;
  Client client = this->client();
  const auto batch = make_batch(1);
  ASSERT_TRUE(client.deliver(batch));
  const std::string text = *spool::decode_batch(batch->bytes);
  EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes() == text; }));
}

TEST_F(MqttBrokerTest, WithoutSubscribersABatchIsAcceptedAndCounted) {
  start("allow_anonymous true\n");
  Client client = this->client();
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer(client, make_batch(1))));
  EXPECT_NE(client.sink().health().detail.find("nobody subscribes"), std::string::npos);
  EXPECT_NE(metrics_.prometheus_text().find("airspool_mqtt_no_subscribers_total{sink=\"home\"} 1"), std::string::npos);
}

TEST_F(MqttBrokerTest, WithoutSubscribersABatchCanWaitForOne) {
  start("allow_anonymous true\n");
  settings_.on_no_subscribers = uplink::NoSubscribers::kRetry;
  Client client = this->client();
  const auto batch = make_batch(1);
  expect_retry(answer(client, batch), "no-subscribers", 0ms);
  mosquitto_.subscribe();
  EXPECT_TRUE(client.deliver(batch));
  EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes() == batch->bytes; }));
}

TEST_F(MqttBrokerTest, ATopicThatMayNotBeWrittenIsNeverLost) {
  write("acl", "topic read #\n");
  start("allow_anonymous true\nacl_file " + path("acl") + "\n");
  mosquitto_.subscribe();
  Client client = this->client();
  const auto batch = make_batch(1);
  expect_retry(answer(client, batch), "not-authorised", 60s);
  EXPECT_TRUE(client.sink().health().connected);
  EXPECT_TRUE(client.sink().health().attention);
  EXPECT_NE(client.sink().health().detail.find(settings_.topic), std::string::npos);

  write("acl", "topic readwrite #\n");
  mosquitto_.stop();
  mosquitto_.start();
  EXPECT_TRUE(client.deliver(batch));
  EXPECT_FALSE(client.sink().health().attention);
}

TEST_F(MqttBrokerTest, AMessageThatTheBrokerFindsTooLargeWaitsWithARedLight) {
  start("allow_anonymous true\nmessage_size_limit 20\n");
  Client client = this->client();
  expect_retry(answer(client, make_batch(1)), "too-large", 60s);
  EXPECT_TRUE(client.sink().health().attention);
}

TEST_F(MqttBrokerTest, ObeysTheReceiveMaximum) {
  start("allow_anonymous true\nmax_inflight_messages 3\n");
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  EXPECT_EQ(client.sink().window().batches, 3U);
}

TEST_F(MqttBrokerTest, SurvivesABrokerThatIsKilled) {
  start("allow_anonymous true\n");
  mosquitto_.subscribe();
  settings_.on_no_subscribers = uplink::NoSubscribers::kRetry;
  Client client = this->client();
  std::int64_t id = 0;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.deliver(make_batch(++id))) << client.sink().health().detail;
    ASSERT_TRUE(
        client.until([&] { return mosquitto_.received_bytes().find(make_batch(id)->bytes) != std::string::npos; }));
    client.sink().offer(make_batch(id + 1), false);
    mosquitto_.kill();
    client.poll();
    mosquitto_.start();
  }
  ASSERT_TRUE(client.deliver(make_batch(++id)));
  ASSERT_TRUE(client.until([&] {
    const std::string received = mosquitto_.received_bytes();
    for (std::int64_t one = 1; one <= id; ++one) {
      if (received.find(make_batch(one)->bytes) == std::string::npos) return false;
    }
    return true;
  }));
}

TEST_F(MqttBrokerTest, NoticesABrokerThatIsFrozen) {
  start("allow_anonymous true\n");
  settings_.keep_alive = 2s;
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  mosquitto_.freeze();
  ASSERT_TRUE(client.hand_over(make_batch(2)));
  ASSERT_TRUE(client.until([&] { return client.count<uplink::Retry>(2) == 1; }));
  EXPECT_NE(client.sink().health().detail.find("silent"), std::string::npos) << client.sink().health().detail;
  EXPECT_FALSE(client.accepted(2));
  mosquitto_.thaw();
  EXPECT_TRUE(client.deliver(make_batch(3)));
}

TEST_F(MqttBrokerTest, AWrongPasswordIsToldAndCanBePutRight) {
  write("users", "");
  const std::string make = "mosquitto_passwd -b " + path("users") + " roof right >/dev/null 2>&1";
  ASSERT_EQ(std::system(make.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  start("allow_anonymous false\npassword_file " + path("users") + "\n");
  write_secret(path("password"), "wrong\n");
  settings_.username = "roof";
  settings_.password_file = path("password");
  Client client = this->client();
  expect_trouble(client, "password_file");
  write_secret(path("password"), "right\n");
  EXPECT_TRUE(client.connect()) << client.sink().health().detail;
}

TEST_F(MqttBrokerTest, SpeaksTlsWithAnAuthorityOfItsOwn) {
  make_certificates();
  start(tls_listener());
  settings_.url = mosquitto_.url("mqtts");
  settings_.ca_file = path("ca.pem");
  Client client = this->client();
  // Larger than a TLS record, larger than what a socket takes at once.
  EXPECT_TRUE(client.deliver(make_batch(1, 200'000))) << client.sink().health().detail;
}

TEST_F(MqttBrokerTest, ChecksTheNameInTheCertificate) {
  make_certificates();
  start(tls_listener());
  settings_.url = "mqtts://localhost:" + std::to_string(mosquitto_.port());
  settings_.ca_file = path("ca.pem");
  Client good = this->client();
  EXPECT_TRUE(good.connect()) << good.sink().health().detail;
  settings_.url = "mqtts://127.0.0.2:" + std::to_string(mosquitto_.port());
  mosquitto_.stop();
  mosquitto_.set_listener(tls_listener() + "\nlistener " + std::to_string(mosquitto_.port()) + " 127.0.0.2\n" +
                          tls_listener());
  mosquitto_.start();
  Client client = this->client();
  expect_trouble(client, "it is not for 127.0.0.2");
}

TEST_F(MqttBrokerTest, DoesNotTrustAStranger) {
  make_certificates();
  start(tls_listener());
  settings_.url = mosquitto_.url("mqtts");
  settings_.ca_file = path("other.pem");
  Client client = this->client();
  expect_trouble(client, "set ca_file");
}

TEST_F(MqttBrokerTest, ShowsItsOwnCertificateWhereItIsAskedFor) {
  make_certificates();
  start(tls_listener() + "require_certificate true\nuse_identity_as_username true\n");
  settings_.url = mosquitto_.url("mqtts");
  settings_.ca_file = path("ca.pem");
  Client without = this->client();
  EXPECT_TRUE(without.until([&] { return without.sink().health().detail.find("cert_file") != std::string::npos; }, 500))
      << without.sink().health().detail;
  settings_.cert_file = path("client.pem");
  settings_.key_file = path("client.key");
  Client with = this->client();
  EXPECT_TRUE(with.deliver(make_batch(1))) << with.sink().health().detail;
}

TEST_F(MqttBrokerTest, PlainTalkAtATlsPortIsExplained) {
  make_certificates();
  start(tls_listener());
  Client client = this->client();
  EXPECT_TRUE(client.until([&] { return client.sink().health().detail.find("mqtts://") != std::string::npos; }, 500))
      << client.sink().health().detail;
}

TEST_F(MqttBrokerTest, TlsTalkAtAPlainPortIsExplained) {
  make_certificates();
  start("allow_anonymous true\n");
  settings_.url = mosquitto_.url("mqtts");
  settings_.ca_file = path("ca.pem");
  Client client = this->client();
  EXPECT_TRUE(client.until(
      [&] { return client.sink().health().detail.find("closed the connection") != std::string::npos; }, 500))
      << client.sink().health().detail;
}

}  // namespace
}  // namespace airspool::contract
