// SPDX-License-Identifier: Apache-2.0
#include <airspool/config/load.h>

namespace airspool::config {

std::vector<std::string> cautions(const Config& config) {
  std::vector<std::string> sentences;
  if (config.radio.source == RadioSource::kSim && !config.inputs.empty()) {
    sentences.emplace_back(
        "radio.source = \"sim\" beside [[input]]: all aircraft count as simulated, and stay on this machine");
  }
  for (const Sink& sink : config.sinks) {
    if (sink.type != SinkType::kMqtt) continue;
    if (sink.profile == MqttProfile::kPlain) {
      sentences.push_back("sink \"" + sink.name +
                          "\": profile = \"plain\" speaks MQTT 3.1.1, whose acknowledgements also cover messages that "
                          "the broker drops; take a broker with MQTT 5 where you can");
    }
  }
  return sentences;
}

}  // namespace airspool::config
