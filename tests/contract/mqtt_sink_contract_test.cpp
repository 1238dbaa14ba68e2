// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <optional>

#include <airspool/uplink/mqtt_sink.h>

#include "contract/mqtt_broker.h"
#include "contract/secret_file.h"

namespace airspool::contract {
namespace {

// The ways to a broker that differ below the packets, or in them.
enum class Flavour { kStandard, kTlsWithPassword, kPlain, kWebSocket };

template <Flavour kFlavour>
class MqttWorld {
 public:
  MqttWorld() {
    if constexpr (kFlavour == Flavour::kTlsWithPassword) {
      make_certificates(mosquitto_.folder());
      const std::string folder = mosquitto_.folder().string();
      const std::string make = "cd " + folder + " && : > users && mosquitto_passwd -b users roof right 2>/dev/null";
      EXPECT_EQ(std::system(make.c_str()), 0);  // NOLINT(cert-env33-c,concurrency-mt-unsafe)
      write_secret(mosquitto_.folder() / "password", "right\n");
      const std::uint16_t witness = free_port();
      // The witness has a door of its own: mosquitto_sub shall know neither certificates nor passwords.
      mosquitto_.set_listener("allow_anonymous false\npassword_file " + folder + "/users\ncafile " + folder +
                              "/ca.pem\ncertfile " + folder + "/server.pem\nkeyfile " + folder +
                              "/server.key\nlistener " + std::to_string(witness) +
                              " 127.0.0.1\nallow_anonymous true\n");
      mosquitto_.per_listener();
      mosquitto_.start();
      for (int i = 0; i < 500 && !port_answers(witness); ++i) ::poll(nullptr, 0, 10);
      mosquitto_.subscribe({"-p", std::to_string(witness)});
    } else {
      mosquitto_.start();
      mosquitto_.subscribe();
    }
    if constexpr (kFlavour == Flavour::kWebSocket) bridge_.emplace(mosquitto_.port(), mosquitto_.folder());
  }
  static std::string missing() {
    if (kFlavour == Flavour::kWebSocket && !WebSocketBridge::missing().empty()) return WebSocketBridge::missing();
    return Mosquitto::missing();
  }
  const Clock& clock() { return clock_; }
  std::unique_ptr<uplink::Sink> open() {
    using namespace std::chrono_literals;
    uplink::MqttSinkSettings settings;
    settings.name = "home";
    settings.url = mosquitto_.url();
    settings.topic = "air/{station}/states";
    settings.first_reconnect = 50ms;
    settings.reconnect_cap = 200ms;
    settings.on_no_subscribers = uplink::NoSubscribers::kRetry;
    if constexpr (kFlavour == Flavour::kTlsWithPassword) {
      settings.url = mosquitto_.url("mqtts");
      settings.ca_file = (mosquitto_.folder() / "ca.pem").string();
      settings.username = "roof";
      settings.password_file = (mosquitto_.folder() / "password").string();
    }
    if constexpr (kFlavour == Flavour::kPlain) settings.profile = uplink::BrokerProfile::kPlain;
    if constexpr (kFlavour == Flavour::kWebSocket) settings.url = "ws://127.0.0.1:" + std::to_string(bridge_->port());
    return std::move(*uplink::open_mqtt_sink(settings, clock_, metrics_));
  }
  void take_away() { mosquitto_.stop(); }
  void bring_back() { mosquitto_.start(); }
  std::string delivered() { return mosquitto_.received_bytes(); }
  static std::string expected(const spool::Batch& batch) { return whole(batch); }

 private:
  SystemClock clock_;
  metrics::Registry metrics_;
  Mosquitto mosquitto_;
  std::optional<WebSocketBridge> bridge_;
};

using Flavours = testing::Types<MqttWorld<Flavour::kStandard>, MqttWorld<Flavour::kTlsWithPassword>,
                                MqttWorld<Flavour::kPlain>, MqttWorld<Flavour::kWebSocket>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Mqtt, SinkContract, Flavours);

}  // namespace
}  // namespace airspool::contract
