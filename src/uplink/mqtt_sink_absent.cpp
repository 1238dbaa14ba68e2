// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/mqtt_sink.h>

namespace airspool::uplink {

// Stands in for mqtt_sink.cpp in a build without MQTT.
Result<std::unique_ptr<Sink>> open_mqtt_sink(MqttSinkSettings settings, const Clock& /*clock*/,
                                             metrics::Registry& /*metrics*/) {
  return fail(ErrorCode::kConfig, "sink \"" + settings.name +
                                      "\": this build has no MQTT; build with AIRSPOOL_WITH_MQTT=ON, or use a sink of "
                                      "another type");
}

}  // namespace airspool::uplink
