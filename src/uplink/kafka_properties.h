// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <librdkafka/rdkafka.h>

#include <airspool/core/result.h>
#include <airspool/uplink/kafka_sink.h>

namespace airspool::uplink::kafka {

struct FreeConf {
  void operator()(rd_kafka_conf_t* conf) const { rd_kafka_conf_destroy(conf); }
};
using Conf = std::unique_ptr<rd_kafka_conf_t, FreeConf>;

// How much a producer packs into one set of messages. A topic that takes less than we pack by default is met by
// smaller sets, down to one message each.
struct SetSize {
  int bytes = 262'144;
  int messages = 10'000;
};

// librdkafka's configuration: what suits an uplink of a small box, then the access, then the user's own properties.
// Reads password_file. kConfig: a property that does not exist, has a wrong value, or would break what the sink
// promises, by its name; kNotFound and kPermissionDenied: a file.
Result<Conf> make_conf(const KafkaSinkSettings& settings, const SetSize& set);

// The topic with {station} replaced by the station's name, of which what no topic may hold becomes '_'.
std::string expand_topic(std::string topic, const std::string& station);

}  // namespace airspool::uplink::kafka
