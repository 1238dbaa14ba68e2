// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <airspool/uplink/mqtt_sink.h>

#include "contract/mosquitto.h"
#include "contract/sink_contract.h"

namespace airspool::contract {

// Authorities, a server and a client (roof-1): ca.pem, server.pem and .key, client.pem and .key, other.pem.
inline void make_certificates(const fs::path& folder) {
  const std::string make =
      "cd " + folder.string() +
      " && exec >/dev/null 2>&1"
      " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=TestCA"
      " -keyout ca.key -out ca.pem"
      " && printf 'subjectAltName=IP:127.0.0.1,DNS:localhost,DNS:broker.test' > san"
      " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=server -keyout server.key"
      " -out server.csr"
      " && openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san"
      " -out server.pem"
      " && openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=roof-1 -keyout client.key"
      " -out client.csr"
      " && openssl x509 -req -in client.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out client.pem"
      " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=OtherCA"
      " -keyout other.key -out other.pem";
  // The exit status of "command line tool not there" is a failure of the test, too.
  ASSERT_EQ(std::system(make.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
}

// WebSocket in front of a broker (tests/fakes/websocket_bridge.py).
class WebSocketBridge {
 public:
  static std::string missing() {
    const bool there = std::system("/usr/bin/python3 -c 'import websockets' >/dev/null 2>&1") == 0;  // NOLINT
    return there ? "" : "needs python3-websockets (tools/deps.sh)";
  }
  WebSocketBridge(std::uint16_t broker, const fs::path& folder, std::vector<std::string> cert_and_key = {})
      : port_(free_port()) {
    std::vector<std::string> words{"/usr/bin/python3", AIRSPOOL_SOURCE_DIR "/tests/fakes/websocket_bridge.py",
                                   std::to_string(port_), std::to_string(broker)};
    words.insert(words.end(), cert_and_key.begin(), cert_and_key.end());
    process_ = ChildProcess(words, (folder / "bridge").string());
    for (int i = 0; i < 1000 && !port_answers(port_); ++i) ::poll(nullptr, 0, 10);
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_;
  ChildProcess process_;
};

// A real mosquitto and a sink to it; certificates when a test wants them.
class MqttBrokerTest : public testing::Test {
 protected:
  void SetUp() override {
    const std::string missing = Mosquitto::missing();
    if (!missing.empty()) GTEST_SKIP() << "SKIPPED: " << missing;
    settings_.name = "home";
    settings_.topic = "air/{station}/states";
    settings_.station = "roof-1";
    settings_.first_reconnect = std::chrono::milliseconds(50);
    settings_.reconnect_cap = std::chrono::milliseconds(200);
    settings_.url = mosquitto_.url();
  }
  void start(const std::string& listener) {
    mosquitto_.set_listener(listener);
    mosquitto_.start();
  }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(mosquitto_.folder() / name) << text;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (mosquitto_.folder() / name).string(); }
  Client client() {
    auto sink = uplink::open_mqtt_sink(settings_, clock_, metrics_);
    EXPECT_TRUE(sink) << sink.error().message;
    return {std::move(*sink), clock_};
  }
  // Hands a batch over and gives its answer.
  uplink::Outcome answer(Client& client, const spool::BatchPtr& batch) {
    EXPECT_TRUE(client.hand_over(batch)) << client.sink().health().detail;
    const std::size_t before = client.answers().size();
    EXPECT_TRUE(client.until([&] { return client.answers().size() > before; }));
    return client.answers().back().outcome;
  }
  static void expect_retry(const uplink::Outcome& outcome, const std::string& cause, std::chrono::milliseconds after) {
    const auto* retry = std::get_if<uplink::Retry>(&outcome);
    ASSERT_NE(retry, nullptr);
    EXPECT_EQ(retry->cause, cause) << retry->reason;
    EXPECT_EQ(retry->after, after);
  }
  // Waits for a failure that says these words.
  static void expect_trouble(Client& client, const std::string& words) {
    EXPECT_TRUE(client.until([&] { return client.sink().health().detail.find(words) != std::string::npos; }, 500))
        << client.sink().health().detail;
    EXPECT_FALSE(client.sink().health().connected);
    EXPECT_TRUE(client.sink().health().attention);
  }
  void make_certificates() const { contract::make_certificates(mosquitto_.folder()); }
  [[nodiscard]] std::string tls_listener() const {
    return "allow_anonymous true\ncafile " + path("ca.pem") + "\ncertfile " + path("server.pem") + "\nkeyfile " +
           path("server.key") + "\n";
  }

  SystemClock clock_;
  metrics::Registry metrics_;
  uplink::MqttSinkSettings settings_;
  Mosquitto mosquitto_;
};

}  // namespace airspool::contract
