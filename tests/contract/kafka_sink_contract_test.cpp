// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/kafka_sink.h>

#include "contract/kafka.h"
#include "contract/sink_contract.h"

namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

uplink::KafkaSinkSettings quick_settings(const std::string& brokers, const std::string& topic) {
  uplink::KafkaSinkSettings settings;
  settings.name = "lake";
  settings.brokers = {brokers};
  settings.topic = topic;
  settings.station = "roof-1";
  settings.first_reconnect = 50ms;
  settings.reconnect_cap = 200ms;
  return settings;
}

class MockWorld {
 public:
  MockWorld() { kafka_.create(topic_); }
  static std::string missing() { return missing_kcat(); }
  const Clock& clock() { return clock_; }
  std::unique_ptr<uplink::Sink> open() {
    return std::move(*uplink::open_kafka_sink(quick_settings(kafka_.brokers(), topic_), clock_, metrics_));
  }
  void take_away() { kafka_.all_down(); }
  void bring_back() { kafka_.all_up(); }
  std::string delivered() { return read_topic(kafka_.brokers(), topic_); }
  static std::string expected(const spool::Batch& batch) { return records(batch); }

 private:
  SystemClock clock_;
  metrics::Registry metrics_;
  std::string topic_ = new_topic();
  MockKafka kafka_;
};

INSTANTIATE_TYPED_TEST_SUITE_P(MockKafka, SinkContract, MockWorld);

}  // namespace
}  // namespace airspool::contract
