// SPDX-License-Identifier: Apache-2.0
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <airspool/core/metrics.h>
#include <airspool/uplink/check.h>
#include <airspool/uplink/mqtt_sink.h>

#include "contract/mosquitto.h"
#include "contract/secret_file.h"
#include "contract/sink_contract.h"

// What `airspool check uplink` sees of a real broker: every mistake that people make is named at its step.
namespace airspool::contract {
namespace {

using namespace std::chrono_literals;
using uplink::CheckState;
using uplink::CheckStep;

class UplinkCheckTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = Mosquitto::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    settings_.name = "home";
    settings_.topic = "air/{station}/states";
    settings_.url = mosquitto_.url();
  }
  void start(const std::string& listener) {
    mosquitto_.set_listener(listener);
    mosquitto_.start();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (mosquitto_.folder() / name).string(); }
  // An authority, a server's certificate for 127.0.0.1 that is good for `days`, and an authority of somebody else.
  void make_certificates(int days) const {
    const std::string key = " -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes ";
    const std::string make =
        "cd " + mosquitto_.folder().string() + " && exec >/dev/null 2>&1 && openssl req -x509" + key +
        "-days 99 -subj /CN=TestCA -keyout ca.key -out ca.pem && openssl req -x509" + key +
        "-days 99 -subj /CN=OtherCA -keyout other.key -out other.pem && openssl req" + key +
        "-subj /CN=server -keyout server.key -out server.csr"
        " && printf 'subjectAltName=IP:127.0.0.1' > san"
        " && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile san"
        " -out server.pem -days " +
        std::to_string(days);
    ASSERT_EQ(std::system(make.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
  }
  void start_with_tls(int days) {
    make_certificates(days);
    start("allow_anonymous true\ncafile " + path("ca.pem") + "\ncertfile " + path("server.pem") + "\nkeyfile " +
          path("server.key") + "\n");
    settings_.url = mosquitto_.url("mqtts");
    settings_.ca_file = path("ca.pem");
  }
  uplink::OnStep hear() {
    return [this](const CheckStep& step) { steps_.push_back(step); };
  }
  bool check_network() {
    const auto targets = uplink::check_targets(settings_);
    EXPECT_EQ(targets->size(), 1U);
    return uplink::check_network(targets->front(), clock_, 5s, hear());
  }
  bool check_delivery(bool write = true) {
    auto sink = uplink::open_mqtt_sink(settings_, clock_, metrics_);
    EXPECT_TRUE(sink) << sink.error().message;
    return uplink::check_delivery(**sink, write ? *uplink::check_batch("roof-1", clock_) : nullptr, clock_, 5s, hear());
  }
  // The last step, which must be of this kind.
  const CheckStep& last(const std::string& step, CheckState state) {
    EXPECT_FALSE(steps_.empty());
    EXPECT_EQ(steps_.back().step, step) << steps_.back().detail;
    EXPECT_EQ(steps_.back().state, state) << steps_.back().detail;
    return steps_.back();
  }
  static void expect_words(const std::string& text, const std::string& words) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  uplink::MqttSinkSettings settings_;
  Mosquitto mosquitto_;
  std::vector<CheckStep> steps_;
};

TEST_F(UplinkCheckTest, AGoodWayIsGoodAtEachStep) {
  start_with_tls(90);
  EXPECT_TRUE(check_network());
  ASSERT_EQ(steps_.size(), 2U) << "an address needs no look-up";
  EXPECT_EQ(steps_[0].step, "connection");
  const CheckStep& tls = last("tls", CheckState::kGood);
  expect_words(tls.detail, "TLSv1.3");
  expect_words(tls.detail, "CN = server");
  expect_words(tls.detail, "signed by CN = TestCA");
  EXPECT_TRUE(check_delivery());
  EXPECT_EQ(steps_[2].step, "login");
  EXPECT_EQ(steps_[2].state, CheckState::kGood);
  expect_words(last("delivery", CheckState::kWarning).detail, "nobody subscribes");
}

TEST_F(UplinkCheckTest, TheTestMessageIsALineOfItsOwnKind) {
  start("allow_anonymous true\n");
  mosquitto_.subscribe();
  EXPECT_TRUE(check_delivery());
  last("delivery", CheckState::kGood);
  for (int i = 0; i < 500 && mosquitto_.received_lines().empty(); ++i) ::poll(nullptr, 0, 10);
  const auto text = spool::decode_batch(mosquitto_.received_bytes());
  ASSERT_TRUE(text);
  expect_words(*text, R"({"schema":1,"kind":"check","station_id":"roof-1","sent_ms":)");
}

TEST_F(UplinkCheckTest, WithoutWritingThePermissionStaysUnknown) {
  start("allow_anonymous true\n");
  EXPECT_TRUE(check_delivery(false));
  last("delivery", CheckState::kSkipped);
}

TEST_F(UplinkCheckTest, ANameThatDoesNotExistIsToldApart) {
  settings_.url = "mqtt://no-such-host.invalid";
  EXPECT_FALSE(check_network());
  EXPECT_FALSE(last("name", CheckState::kFailed).detail.empty());
}

TEST_F(UplinkCheckTest, NobodyListening) {
  EXPECT_FALSE(check_network());
  const CheckStep& step = last("connection", CheckState::kFailed);
  expect_words(step.detail, "connection refused");
}

TEST_F(UplinkCheckTest, AForeignAuthorityIsNotTrusted) {
  start_with_tls(90);
  settings_.ca_file = path("other.pem");
  EXPECT_FALSE(check_network());
  const CheckStep& step = last("tls", CheckState::kFailed);
  expect_words(step.detail, "not trusted");
  expect_words(step.next, "set ca_file");
}

TEST_F(UplinkCheckTest, ACertificateThatEndsSoonIsAWarning) {
  start_with_tls(3);
  EXPECT_TRUE(check_network());
  expect_words(last("tls", CheckState::kWarning).next, "renewed");
}

TEST_F(UplinkCheckTest, APortWithoutTlsIsNamed) {
  start("allow_anonymous true\n");
  settings_.url = mosquitto_.url("mqtts");
  EXPECT_FALSE(check_network());
  last("tls", CheckState::kFailed);
}

TEST_F(UplinkCheckTest, AWrongPasswordFailsAtLogin) {
  const std::string users = path("users");
  ASSERT_EQ(std::system(("mosquitto_passwd -b -c " + users + " roof right").c_str()), 0);  // NOLINT
  start("allow_anonymous false\npassword_file " + users + "\n");
  settings_.username = "roof";
  settings_.password_file = path("password");
  write_secret(settings_.password_file, "wrong\n");
  EXPECT_FALSE(check_delivery());
  const CheckStep& step = last("login", CheckState::kFailed);
  EXPECT_FALSE(step.next.empty()) << step.detail;
}

TEST_F(UplinkCheckTest, ATopicThatMayNotBeWrittenFailsAtDelivery) {
  std::ofstream(mosquitto_.folder() / "acl") << "topic read #\n";
  start("allow_anonymous true\nacl_file " + path("acl") + "\n");
  EXPECT_FALSE(check_delivery());
  const CheckStep& step = last("delivery", CheckState::kFailed);
  expect_words(step.detail, "not authorised");
  expect_words(step.next, "allow this user to write");
}

}  // namespace
}  // namespace airspool::contract
