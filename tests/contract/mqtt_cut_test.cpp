// SPDX-License-Identifier: Apache-2.0
#include "contract/mqtt_broker.h"
#include "fakes/tcp_proxy.h"

// Lines that break in the midst of a batch.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

class MqttCutTest : public MqttBrokerTest {
 protected:
  void SetUp() override {
    MqttBrokerTest::SetUp();
    if (IsSkipped()) return;
    start("allow_anonymous true\n");
    mosquitto_.subscribe();
    line_ = std::make_unique<test::TcpProxy>(mosquitto_.port());
    settings_.url = "mqtt://127.0.0.1:" + std::to_string(line_->port());
  }
  void expect_arrived(Client& client, const spool::BatchPtr& batch) {
    EXPECT_TRUE(client.until([&] { return mosquitto_.received_bytes().find(batch->bytes) != std::string::npos; }));
  }

  std::unique_ptr<test::TcpProxy> line_;
};

TEST_F(MqttCutTest, ABatchThatIsCutInItsMidstArrivesWhole) {
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  const auto batch = make_batch(1, 5000);
  for (const std::size_t bytes : {std::size_t{0}, std::size_t{1}, std::size_t{100}, batch->bytes.size() - 1}) {
    ASSERT_TRUE(client.connect());
    line_->cut_after(bytes);
    ASSERT_TRUE(client.hand_over(batch));
    ASSERT_TRUE(client.until([&] { return !client.answers().empty(); }));
    ASSERT_TRUE(std::holds_alternative<uplink::Retry>(client.answers().back().outcome)) << "cut after " << bytes;
    client.answers().clear();
  }
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  expect_arrived(client, batch);
  EXPECT_EQ(line_->connections(), 5U);
}

TEST_F(MqttCutTest, ALineThatGoesDeadInTheMidstOfABatchIsGivenUp) {
  settings_.keep_alive = 2s;
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  const auto batch = make_batch(1, 5000);
  line_->stall_after(100);
  ASSERT_TRUE(client.hand_over(batch));
  ASSERT_TRUE(client.until([&] { return client.count<uplink::Retry>(1) == 1; }));
  EXPECT_NE(client.sink().health().detail.find("silent"), std::string::npos) << client.sink().health().detail;
  line_->go_on();
  ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  expect_arrived(client, batch);
}

TEST_F(MqttCutTest, NothingIsLostWhileTheLineBreaksAgainAndAgain) {
  settings_.on_no_subscribers = uplink::NoSubscribers::kRetry;
  Client client = this->client();
  ASSERT_TRUE(client.connect());
  for (std::int64_t id = 1; id <= 20; ++id) {
    const auto batch = make_batch(id, 200);
    line_->cut_after(static_cast<std::uint64_t>(id) * 97 % (2 * batch->bytes.size()));
    ASSERT_TRUE(client.deliver(batch)) << client.sink().health().detail;
  }
  for (std::int64_t id = 1; id <= 20; ++id) expect_arrived(client, make_batch(id, 200));
}

// Minutes: tools/campaign.sh uplink. With the keep-alive that is shipped.
TEST_F(MqttCutTest, DISABLED_ABrokerThatIsFrozenForAMinuteLosesNothing) {
  settings_.url = mosquitto_.url();
  settings_.on_no_subscribers = uplink::NoSubscribers::kRetry;
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  mosquitto_.freeze();
  ASSERT_TRUE(client.hand_over(make_batch(2)));
  const BootTime thaw = clock_.boot_now() + 60s;
  while (clock_.boot_now() < thaw) client.poll();
  EXPECT_EQ(client.count<uplink::Retry>(2), 1U) << "noticed within the keep-alive";
  EXPECT_FALSE(client.accepted(2));
  mosquitto_.thaw();
  for (std::int64_t id = 2; id <= 5; ++id) ASSERT_TRUE(client.deliver(make_batch(id))) << client.sink().health().detail;
  for (std::int64_t id = 1; id <= 5; ++id) expect_arrived(client, make_batch(id));
}

TEST_F(MqttCutTest, DISABLED_ABrokerThatIsKilledThirtyTimesLosesNothing) {
  settings_.url = mosquitto_.url();
  settings_.on_no_subscribers = uplink::NoSubscribers::kRetry;
  Client client = this->client();
  std::int64_t id = 0;
  for (int round = 0; round < 30; ++round) {
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(client.deliver(make_batch(++id))) << client.sink().health().detail;
    // mosquitto writes its sessions once a second: what it acknowledged and lost by itself is not ours to answer for.
    expect_arrived(client, make_batch(id));
    client.sink().offer(make_batch(id + 1), false);
    mosquitto_.kill();
    client.poll();
    mosquitto_.start();
  }
  for (std::int64_t one = 1; one <= id; ++one) expect_arrived(client, make_batch(one));
}

}  // namespace
}  // namespace airspool::contract
