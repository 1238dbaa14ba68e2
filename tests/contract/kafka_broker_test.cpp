// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <set>

#include <poll.h>

#include <airspool/uplink/kafka_sink.h>

#include "contract/kafka.h"
#include "contract/secret_file.h"
#include "contract/sink_contract.h"
#include "fakes/tcp_proxy.h"

// What only a real Apache Kafka broker does: TLS, logins, permissions, limits of a topic, its death.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

class KafkaBrokerTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = RealKafka::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    folder_ = scratch_folder("kafka-client");
    settings_.name = "lake";
    settings_.topic = topic_;
    settings_.station = "roof-1";
    settings_.first_reconnect = 50ms;
    settings_.reconnect_cap = 200ms;
    use("plaintext", uplink::KafkaAccess::kPlaintext);
  }
  void TearDown() override {
    if (folder_.empty()) return;
    kafka().thaw();
    fs::remove_all(folder_);
  }
  static RealKafka& kafka() { return RealKafka::instance(); }

  void use(const std::string& listener, uplink::KafkaAccess access) {
    settings_.brokers = {kafka().listener(listener)};
    settings_.access = access;
    if (access == uplink::KafkaAccess::kPlaintext) return;
    settings_.ca_file = kafka().path("tls/ca.pem");
    if (access == uplink::KafkaAccess::kTls || access == uplink::KafkaAccess::kToken) return;
    settings_.username = "edge";
    settings_.password_file = kafka().path("password");
  }
  static std::uint16_t port_of(const std::string& listener) {
    const std::string address = kafka().listener(listener);
    return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  }
  Client client() {
    auto sink = uplink::open_kafka_sink(settings_, clock_, metrics_);
    EXPECT_TRUE(sink) << sink.error().message;
    return {std::move(*sink), clock_};
  }
  [[nodiscard]] std::string delivered() const { return read_topic(kafka().listener(), topic_); }
  void expect_all_there(std::int64_t first, std::int64_t last) const {
    const std::string text = delivered();
    for (std::int64_t id = first; id <= last; ++id) {
      std::istringstream lines(records(*make_batch(id)));
      for (std::string line; std::getline(lines, line);) {
        EXPECT_NE(text.find(line + "\n"), std::string::npos) << line;
      }
    }
  }
  // The last answer that a batch got.
  static uplink::Outcome answer(Client& client, const spool::BatchPtr& batch) {
    EXPECT_TRUE(client.hand_over(batch)) << client.sink().health().detail;
    const std::size_t before = client.answers().size();
    EXPECT_TRUE(client.until([&] { return client.answers().size() > before; }));
    return client.answers().empty() ? uplink::Outcome{} : client.answers().back().outcome;
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  uplink::KafkaSinkSettings settings_;
  std::string topic_ = new_topic();
  std::string folder_;
};

TEST_F(KafkaBrokerTest, SpeaksTlsWithAnAuthorityOfItsOwn) {
  use("tls", uplink::KafkaAccess::kTls);
  Client client = this->client();
  EXPECT_TRUE(client.deliver(make_batch(1, 2000))) << client.sink().health().detail;
}

TEST_F(KafkaBrokerTest, DoesNotTrustAStranger) {
  use("tls", uplink::KafkaAccess::kTls);
  settings_.ca_file = kafka().path("tls/client.pem");  // a certificate, and not the authority's
  Client client = this->client();
  EXPECT_TRUE(client.until([&] { return client.sink().health().attention; })) << client.sink().health().detail;
  EXPECT_NE(client.sink().health().detail.find("ca_file"), std::string::npos) << client.sink().health().detail;
  EXPECT_FALSE(client.sink().health().connected);
}

TEST_F(KafkaBrokerTest, ShowsItsOwnCertificateWhereOnlyThatMayWrite) {
  KafkaAdmin admin(kafka().listener());
  admin.create_topic(topic_);
  admin.allow(topic_, "User:CN=roof-1", true);
  admin.allow(topic_, "User:*", false);
  use("tls", uplink::KafkaAccess::kTls);
  Client stranger = this->client();
  const uplink::Outcome outcome = answer(stranger, make_batch(1));
  const auto* retry = std::get_if<uplink::Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(retry->cause, "not-authorised") << retry->reason;

  settings_.cert_file = kafka().path("tls/client.pem");
  settings_.key_file = kafka().path("tls/client.key");
  Client client = this->client();
  EXPECT_TRUE(client.deliver(make_batch(2))) << client.sink().health().detail;
  expect_all_there(2, 2);
}

TEST_F(KafkaBrokerTest, LogsInWithEveryMechanism) {
  std::int64_t id = 0;
  for (const auto access :
       {uplink::KafkaAccess::kScramSha512, uplink::KafkaAccess::kScramSha256, uplink::KafkaAccess::kPlain}) {
    use("scram", access);
    Client client = this->client();
    EXPECT_TRUE(client.deliver(make_batch(++id))) << client.sink().health().detail;
  }
  expect_all_there(1, id);
}

TEST_F(KafkaBrokerTest, AWrongPasswordIsToldAndCanBePutRight) {
  use("scram", uplink::KafkaAccess::kScramSha512);
  settings_.password_file = folder_ + "/password";
  write_secret(settings_.password_file, "wrong\n");
  Client client = this->client();
  EXPECT_TRUE(client.until([&] { return client.sink().health().attention; })) << client.sink().health().detail;
  EXPECT_NE(client.sink().health().detail.find("password_file"), std::string::npos) << client.sink().health().detail;
  write_secret(settings_.password_file, text_of(kafka().path("password")) + "\n");
  EXPECT_TRUE(client.deliver(make_batch(1))) << client.sink().health().detail;
  EXPECT_FALSE(client.sink().health().attention);
}

// An unsecured JWT (RFC 7519, section 6): header and claims in base64url, no signature.
std::string unsecured_jwt(const std::string& subject, std::int64_t from_s, std::int64_t until_s) {
  const auto base64url = [](const std::string& text) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    unsigned bits = 0;
    int held = 0;
    for (const char c : text) {
      bits = bits << 8U | static_cast<unsigned char>(c);
      for (held += 8; held >= 6; held -= 6) out += kDigits[bits >> static_cast<unsigned>(held - 6) & 63U];
    }
    if (held > 0) out += kDigits[bits << static_cast<unsigned>(6 - held) & 63U];
    return out;
  };
  return base64url(R"({"alg":"none"})") + "." +
         base64url(R"({"sub":")" + subject + R"(","iat":)" + std::to_string(from_s) + R"(,"exp":)" +
                   std::to_string(until_s) + "}") +
         ".";
}

TEST_F(KafkaBrokerTest, LogsInWithATokenAndFetchesTheNextOneInTime) {
  use("oauthbearer", uplink::KafkaAccess::kToken);
  auto fetched = std::make_shared<std::atomic<int>>(0);
  settings_.token = [fetched]() -> Result<uplink::KafkaToken> {
    ++*fetched;
    const WallTime now = SystemClock().wall_now();
    const auto now_s = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    return uplink::KafkaToken{unsecured_jwt("roof-1", now_s, now_s + 5), "roof-1", now + 5s};
  };
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1))) << client.sink().health().detail;
  // A token is replaced at four fifths of its life: the third after about eight seconds.
  EXPECT_TRUE(client.until([&] { return fetched->load() >= 3; }, 10 * kManyPolls));
  EXPECT_TRUE(client.deliver(make_batch(2))) << client.sink().health().detail;
  expect_all_there(1, 2);
}

TEST_F(KafkaBrokerTest, ATokenThatIsNotToBeHadIsTold) {
  use("oauthbearer", uplink::KafkaAccess::kToken);
  settings_.token = []() -> Result<uplink::KafkaToken> {
    return fail(ErrorCode::kUnavailable, "the clock is not set");
  };
  Client client = this->client();
  EXPECT_TRUE(client.until([&] { return client.sink().health().attention; })) << client.sink().health().detail;
  EXPECT_NE(client.sink().health().detail.find("the clock is not set"), std::string::npos)
      << client.sink().health().detail;
}

TEST_F(KafkaBrokerTest, APermissionThatIsRevokedAndRestored) {
  KafkaAdmin admin(kafka().listener());
  admin.create_topic(topic_);
  admin.allow(topic_, "User:edge", true);
  admin.allow(topic_, "User:*", false);
  use("scram", uplink::KafkaAccess::kScramSha512);
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1))) << client.sink().health().detail;
  admin.forget_acls_of(topic_, "User:edge");
  const uplink::Outcome outcome = answer(client, make_batch(2));
  const auto* retry = std::get_if<uplink::Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(retry->cause, "not-authorised") << retry->reason;
  EXPECT_EQ(retry->after, 60s);
  EXPECT_TRUE(client.sink().health().attention);
  admin.allow(topic_, "User:edge", true);
  EXPECT_TRUE(client.deliver(make_batch(2))) << client.sink().health().detail;
  EXPECT_FALSE(client.sink().health().attention);
  expect_all_there(1, 2);
}

TEST_F(KafkaBrokerTest, OneRecordThatIsTooLargeDoesNotKeepTheOthersBack) {
  KafkaAdmin(kafka().listener()).create_topic(topic_, {{"max.message.bytes", "1500"}});
  std::string noise;
  std::minstd_rand random(1090);
  for (int i = 0; i < 4000; ++i) noise += static_cast<char>('!' + 2 + random() % 56);  // nothing for zstd to shorten
  noise.erase(std::remove(noise.begin(), noise.end(), '\\'), noise.end());
  spool::Batch batch = *make_batch(1);
  std::string text = records(batch);
  text.insert(text.find('\n') + 1, R"({"record_id":"contractspool000-1999","noise":")" + noise + "\"}\n");
  batch.bytes = *(*spool::BatchEncoder::create()).encode(text);
  const auto with_noise = std::make_shared<const spool::Batch>(std::move(batch));

  Client client = this->client();
  // As the forwarder would: again and again, until it is settled.
  for (int round = 0; round < 10 && client.count<uplink::Reject>(1) == 0; ++round) {
    const uplink::Outcome outcome = answer(client, with_noise);
    ASSERT_FALSE(std::holds_alternative<uplink::Accepted>(outcome));
    if (const auto* reject = std::get_if<uplink::Reject>(&outcome)) {
      EXPECT_EQ(reject->cause, "too-large");
      EXPECT_EQ(reject->reason.substr(0, 2), "1 ") << reject->reason;
      ASSERT_NE(reject->part, nullptr) << "only the one is rejected";
      EXPECT_EQ(reject->part->header.first_seq, 1999);
      EXPECT_EQ(reject->part->header.last_seq, 1999);
      EXPECT_EQ(reject->part->header.count, 1U);
    }
  }
  EXPECT_EQ(client.count<uplink::Reject>(1), 1U);
  expect_all_there(1, 1);
  EXPECT_EQ(delivered().find("noise"), std::string::npos);
  EXPECT_TRUE(client.deliver(make_batch(2)));
}

TEST_F(KafkaBrokerTest, ATopicThatIsDeletedAndMadeAgain) {
  KafkaAdmin admin(kafka().listener());
  admin.create_topic(topic_);
  settings_.properties["topic.metadata.refresh.interval.ms"] = "500";
  settings_.properties["topic.metadata.propagation.max.ms"] = "1000";
  settings_.properties["allow.auto.create.topics"] = "false";
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  admin.delete_topic(topic_);
  const uplink::Outcome outcome = answer(client, make_batch(2));
  const auto* retry = std::get_if<uplink::Retry>(&outcome);
  ASSERT_NE(retry, nullptr);
  EXPECT_EQ(retry->cause, "unknown-topic") << retry->reason;
  admin.create_topic(topic_);
  EXPECT_TRUE(client.deliver(make_batch(2))) << client.sink().health().detail;
  EXPECT_TRUE(client.deliver(make_batch(3))) << client.sink().health().detail;
  expect_all_there(2, 3);
}

TEST_F(KafkaBrokerTest, SurvivesABrokerThatIsKilled) {
  Client client = this->client();
  std::int64_t id = 0;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.deliver(make_batch(++id))) << client.sink().health().detail;
    for (std::int64_t more = id + 1; more <= id + 5; ++more) client.sink().offer(make_batch(more, 500), false);
    kafka().kill();
    client.poll();
    kafka().start();
    for (int i = 0; i < 5; ++i) {
      ++id;
      ASSERT_TRUE(client.accepted(id) || client.deliver(make_batch(id, 500))) << client.sink().health().detail;
    }
  }
  expect_all_there(1, id);
}

TEST_F(KafkaBrokerTest, ABatchThatIsCutInItsMidstArrivesWhole) {
  test::TcpProxy line(port_of("proxied"), test::TcpProxy::Kind::kForward, port_of("proxy"));
  use("proxy", uplink::KafkaAccess::kPlaintext);
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1))) << client.sink().health().detail;
  const std::uint64_t before = line.connections();
  // Some 10 kB of messages cross for one batch.
  std::int64_t id = 1;
  for (const std::uint64_t bytes : {0U, 1U, 100U, 1'000U, 5'000U}) {
    line.cut_after(bytes);
    ASSERT_TRUE(client.deliver(make_batch(++id, 2000))) << "cut after " << bytes << client.sink().health().detail;
  }
  EXPECT_GE(line.connections(), before + 5) << "the line was cut each time";
  expect_all_there(1, id);
}

TEST_F(KafkaBrokerTest, SurvivesABrokerThatIsFrozen) {
  // tools/campaign.sh kafka makes it a minute.
  const char* given = std::getenv("AIRSPOOL_FREEZE_SECONDS");  // NOLINT(concurrency-mt-unsafe): one thread
  const int seconds = given == nullptr ? 6 : std::atoi(given);
  settings_.properties["socket.timeout.ms"] = "3000";
  Client client = this->client();
  ASSERT_TRUE(client.deliver(make_batch(1)));
  kafka().freeze();
  ASSERT_TRUE(client.hand_over(make_batch(2)));
  for (int i = 0; i < seconds * 10; ++i) {
    client.poll();
    ::poll(nullptr, 0, 80);
  }
  EXPECT_FALSE(client.accepted(2));
  EXPECT_EQ(client.count<uplink::Reject>(2), 0U);
  kafka().thaw();
  ASSERT_TRUE(client.until([&] { return client.accepted(2); }) || client.deliver(make_batch(2)))
      << client.sink().health().detail;
  ASSERT_TRUE(client.deliver(make_batch(3)));
  expect_all_there(1, 3);
}

}  // namespace
}  // namespace airspool::contract
