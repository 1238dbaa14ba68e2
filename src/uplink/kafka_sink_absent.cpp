// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/kafka_sink.h>

namespace airspool::uplink {

// Stands in for kafka_sink.cpp in a build without Kafka.
Result<void> check_kafka_settings(const KafkaSinkSettings& /*settings*/) { return {}; }

Result<std::unique_ptr<Sink>> open_kafka_sink(KafkaSinkSettings settings, const Clock& /*clock*/,
                                              metrics::Registry& /*metrics*/) {
  return fail(ErrorCode::kConfig,
              "sink \"" + settings.name +
                  "\": this build has no Kafka; build with AIRSPOOL_WITH_KAFKA=ON, or use a sink of "
                  "another type");
}

}  // namespace airspool::uplink
