// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <string>
#include <string_view>
#include <thread>

#include <airspool/uplink/mqtt_sink.h>

#include "contract/mosquitto.h"
#include "contract/sink_contract.h"

// What a publisher meets where no good broker is: other programs, old brokers, brokers that say no.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

constexpr std::string_view kConnack = "\x20\x03\x00\x00\x00"sv;

// Listens on the loopback interface and answers the n-th thing that it hears with the n-th answer; the last one again
// and again. An empty answer is silence.
class Peer {
 public:
  explicit Peer(std::vector<std::string> answers, bool close_after = false)
      : answers_(std::move(answers)), close_after_(close_after) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), length);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~Peer() {
    stop_ = true;
    thread_.join();
    ::close(listener_);
  }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  static bool readable(int fd) {
    pollfd waiting{fd, POLLIN, 0};
    return ::poll(&waiting, 1, 5) > 0;
  }
  void serve() {
    while (!stop_) {
      if (!readable(listener_)) continue;
      const int fd = ::accept(listener_, nullptr, nullptr);
      for (std::size_t heard = 0; !stop_;) {
        if (!readable(fd)) continue;
        char buffer[65536];
        if (::recv(fd, buffer, sizeof buffer, 0) <= 0) break;
        const std::string& answer = answers_[std::min(heard++, answers_.size() - 1)];
        ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
        if (close_after_ && heard == answers_.size()) break;
      }
      ::close(fd);
    }
  }

  std::vector<std::string> answers_;
  bool close_after_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

class MqttPeerTest : public testing::Test {
 protected:
  MqttPeerTest() {
    settings_.name = "home";
    settings_.topic = "air/{station}/states";
    settings_.first_reconnect = 50ms;
    settings_.reconnect_cap = 200ms;
    settings_.connect_timeout = 1s;
  }
  Client client(std::uint16_t port) { return client("mqtt://127.0.0.1:" + std::to_string(port)); }
  Client client(const std::string& url) {
    settings_.url = url;
    return {std::move(*uplink::open_mqtt_sink(settings_, clock_, metrics_)), clock_};
  }
  static void expect_words(Client& client, const std::string& words) {
    EXPECT_TRUE(client.until([&] { return client.sink().health().detail.find(words) != std::string::npos; }, 500))
        << client.sink().health().detail;
    EXPECT_FALSE(client.sink().health().connected);
  }
  // The answer to a batch from a peer that acknowledges with these bytes.
  uplink::Outcome answer_to(std::string_view puback) {
    const Peer peer({std::string(kConnack), std::string(puback)});
    Client client = this->client(peer.port());
    EXPECT_TRUE(client.hand_over(make_batch(1)));
    EXPECT_TRUE(client.until([&] { return !client.answers().empty(); }));
    return client.answers().empty() ? uplink::Outcome{uplink::Accepted{}} : client.answers()[0].outcome;
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  uplink::MqttSinkSettings settings_;
};

TEST_F(MqttPeerTest, AnotherProtocolIsExplained) {
  const Peer peer({"HTTP/1.1 400 Bad Request\r\n\r\n"});
  Client client = this->client(peer.port());
  expect_words(client, "no MQTT broker");
  EXPECT_TRUE(client.sink().health().attention);
}

TEST_F(MqttPeerTest, ABrokerThatSpeaksOnly311IsRefused) {
  for (const std::string_view answer : {"\x20\x02\x00\x01"sv, "\x20\x02\x00\x00"sv, "\x20\x03\x00\x84\x00"sv}) {
    const Peer peer({std::string(answer)}, true);
    Client client = this->client(peer.port());
    expect_words(client, "3.1.1");
    EXPECT_TRUE(client.sink().health().attention);
  }
}

TEST_F(MqttPeerTest, SilenceAfterTheConnectionIsGivenUp) {
  const Peer peer({""});
  Client client = this->client(peer.port());
  expect_words(client, "does not answer as an MQTT broker");
}

TEST_F(MqttPeerTest, AConnectionThatIsClosedUnansweredIsExplained) {
  const Peer peer({""}, true);
  Client client = this->client(peer.port());
  expect_words(client, "mqtts://");
}

TEST_F(MqttPeerTest, APortWhereNothingListensIsExplained) {
  Client client = this->client(free_port());
  expect_words(client, "is anything running there");
}

TEST_F(MqttPeerTest, ANameThatDoesNotExistIsExplained) {
  Client client = this->client(std::string("mqtt://broker.invalid"));
  expect_words(client, "cannot find the address of broker.invalid");
}

TEST_F(MqttPeerTest, DestroyingWhileANameIsLookedUpDoesNotWait) {
  for (int i = 0; i < 5; ++i) {
    Client client = this->client(std::string("mqtt://broker.invalid"));
    client.sink().poll(clock_.boot_now());
  }
}

TEST_F(MqttPeerTest, EachRefusalHasItsNextStep) {
  const std::pair<std::string_view, const char*> refusals[] = {{"\x20\x03\x00\x86\x00"sv, "password_file"},
                                                               {"\x20\x03\x00\x87\x00"sv, "access rules"},
                                                               {"\x20\x03\x00\x85\x00"sv, "client_id"},
                                                               {"\x20\x03\x00\x89\x00"sv, "server busy"},
                                                               {"\x20\x03\x00\x8A\x00"sv, "banned"}};
  for (const auto& [answer, words] : refusals) {
    const Peer peer({std::string(answer)}, true);
    Client client = this->client(peer.port());
    expect_words(client, words);
  }
}

TEST_F(MqttPeerTest, ABrokerWithoutAcknowledgementsIsRefused) {
  const Peer peer({std::string("\x20\x05\x00\x00\x02\x24\x00"sv)});
  Client client = this->client(peer.port());
  expect_words(client, "allow QoS 1");
}

TEST_F(MqttPeerTest, ReasonsDecideBetweenRetryAndReject) {
  EXPECT_TRUE(std::holds_alternative<uplink::Accepted>(answer_to("\x40\x02\x00\x01"sv)));
  const auto quota = answer_to("\x40\x03\x00\x01\x97"sv);
  ASSERT_TRUE(std::holds_alternative<uplink::Retry>(quota));
  EXPECT_EQ(std::get<uplink::Retry>(quota).after, 60s);
  EXPECT_EQ(std::get<uplink::Retry>(quota).cause, "quota");
  const auto unspecified = answer_to("\x40\x03\x00\x01\x80"sv);
  ASSERT_TRUE(std::holds_alternative<uplink::Retry>(unspecified));
  EXPECT_EQ(std::get<uplink::Retry>(unspecified).after, 0ms);
  const auto topic = answer_to("\x40\x03\x00\x01\x90"sv);
  ASSERT_TRUE(std::holds_alternative<uplink::Retry>(topic));
  EXPECT_EQ(std::get<uplink::Retry>(topic).cause, "topic-invalid");
  const auto malformed = answer_to("\x40\x03\x00\x01\x99"sv);
  ASSERT_TRUE(std::holds_alternative<uplink::Reject>(malformed));
  EXPECT_EQ(std::get<uplink::Reject>(malformed).cause, "payload-invalid");
}

TEST_F(MqttPeerTest, ABatchThatIsRefusedForItsSizeComesAgainInHalves) {
  const Peer peer({std::string(kConnack), std::string("\x40\x03\x00\x01\x95"sv),
                   std::string("\x40\x02\x00\x02\x40\x02\x00\x03"sv)});
  settings_.encoding = uplink::PayloadEncoding::kNone;
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1, 2)));
  ASSERT_TRUE(client.until([&] { return !client.answers().empty(); }));
  EXPECT_TRUE(client.accepted(1));
}

TEST_F(MqttPeerTest, APartThatIsRefusedMakesTheWholeBatchComeAgain) {
  const Peer peer({std::string(kConnack), std::string("\x40\x03\x00\x01\x95"sv),
                   std::string("\x40\x02\x00\x02\x40\x03\x00\x03\x80"sv)});
  settings_.encoding = uplink::PayloadEncoding::kNone;
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1, 2)));
  ASSERT_TRUE(client.until([&] { return !client.answers().empty(); }));
  EXPECT_EQ(client.count<uplink::Retry>(1), 1U);
}

TEST_F(MqttPeerTest, ABrokerThatAnswersPingsAndAcknowledgesNothingIsGivenUp) {
  const Peer peer({std::string(kConnack), std::string("\xD0\x00"sv)});
  settings_.ack_timeout = 1s;
  settings_.keep_alive = 1s;
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1)));
  ASSERT_TRUE(client.until([&] { return client.count<uplink::Retry>(1) == 1; }));
  EXPECT_NE(client.sink().health().detail.find("acknowledged nothing"), std::string::npos)
      << client.sink().health().detail;
}

TEST_F(MqttPeerTest, ABrokerThatSpeaksOnly311IsTakenWithThePlainProfile) {
  const Peer peer({std::string("\x20\x02\x00\x00"sv), std::string("\x40\x02\x00\x01"sv)});
  settings_.profile = uplink::BrokerProfile::kPlain;
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1)));
  ASSERT_TRUE(client.until([&] { return client.accepted(1); })) << client.sink().health().detail;
}

TEST_F(MqttPeerTest, AnAckForAnotherPacketAcceptsNothing) {
  const Peer peer({std::string(kConnack), std::string("\x40\x02\x7F\x7F"sv)});
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1)));
  for (int i = 0; i < 10; ++i) client.poll();
  EXPECT_TRUE(client.answers().empty());
}

TEST_F(MqttPeerTest, GarbageInsteadOfAnAckIsRetried) {
  const Peer peer({std::string(kConnack), std::string("\x00\x00\x00\x00"sv)});
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1)));
  ASSERT_TRUE(client.until([&] { return !client.answers().empty(); }));
  EXPECT_TRUE(std::holds_alternative<uplink::Retry>(client.answers()[0].outcome));
}

TEST_F(MqttPeerTest, WhatTheBrokerSaysBeforeItGoesIsPassedOn) {
  const Peer peer({std::string(kConnack), std::string("\xE0\x01\x8B"sv)}, true);
  Client client = this->client(peer.port());
  ASSERT_TRUE(client.hand_over(make_batch(1)));
  expect_words(client, "server shutting down");
}

}  // namespace
}  // namespace airspool::contract
