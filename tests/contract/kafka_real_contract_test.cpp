// SPDX-License-Identifier: Apache-2.0
#include <airspool/uplink/kafka_sink.h>

#include "contract/kafka.h"
#include "contract/sink_contract.h"

namespace airspool::contract {
namespace {

using namespace std::chrono_literals;

// A real broker that dies by SIGKILL and comes back with what it had.
class RealWorld {
 public:
  RealWorld() = default;
  ~RealWorld() {
    if (away_) bring_back();
  }
  RealWorld(const RealWorld&) = delete;
  RealWorld& operator=(const RealWorld&) = delete;

  static std::string missing() { return RealKafka::missing(); }
  const Clock& clock() { return clock_; }
  std::unique_ptr<uplink::Sink> open() {
    uplink::KafkaSinkSettings settings;
    settings.name = "lake";
    settings.brokers = {RealKafka::instance().listener()};
    settings.topic = topic_;
    settings.station = "roof-1";
    settings.first_reconnect = 50ms;
    settings.reconnect_cap = 200ms;
    return std::move(*uplink::open_kafka_sink(settings, clock_, metrics_));
  }
  void take_away() {
    away_ = true;
    RealKafka::instance().kill();
  }
  void bring_back() {
    RealKafka::instance().start();
    away_ = false;
  }
  std::string delivered() { return read_topic(RealKafka::instance().listener(), topic_); }
  static std::string expected(const spool::Batch& batch) { return records(batch); }

 private:
  SystemClock clock_;
  metrics::Registry metrics_;
  std::string topic_ = new_topic();
  bool away_ = false;
};

INSTANTIATE_TYPED_TEST_SUITE_P(RealKafka, SinkContract, RealWorld);

}  // namespace
}  // namespace airspool::contract
