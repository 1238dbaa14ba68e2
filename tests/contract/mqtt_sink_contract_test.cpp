// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/mqtt_sink.h>

#include "contract/mosquitto.h"
#include "contract/sink_contract.h"

namespace airspool::contract {
namespace {

class MqttWorld {
 public:
  MqttWorld() {
    mosquitto_.start();
    mosquitto_.subscribe();
  }
  static std::string missing() { return Mosquitto::missing(); }
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
};

INSTANTIATE_TYPED_TEST_SUITE_P(Mqtt, SinkContract, MqttWorld);

}  // namespace
}  // namespace airspool::contract
