// SPDX-License-Identifier: Apache-2.0
// Not a unit test: an open sink has librdkafka's threads, which it starts by thrd_create; ThreadSanitizer does not see
// that call, and the first of its own functions that such a thread calls crashes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "settings.h"

namespace airspool::collector {
namespace {

using testing::HasSubstr;

TEST(KafkaSettingsTest, AKafkaSinkMayWriteAsDebeziumAndLogInToMsk) {
  config::Config config;
  config.sinks.resize(1);
  config::Sink& sink = config.sinks[0];
  sink.name = "lake";
  sink.type = config::SinkType::kKafka;
  sink.brokers = {"127.0.0.1:9"};
  sink.topic = "airspool.states";
  const ManualClock clock;
  metrics::Registry metrics;
  if (!open_sinks(config, false, clock, metrics)) GTEST_SKIP() << "built without Kafka";
  sink.format = config::KafkaFormat::kDebezium;
  EXPECT_TRUE(open_sinks(config, false, clock, metrics));
  sink.security = config::KafkaSecurity::kMskIam;
  sink.region = "eu-central-1";
  EXPECT_TRUE(open_sinks(config, false, clock, metrics));
  sink.region = "Frankfurt";
  const auto nowhere = open_sinks(config, false, clock, metrics);
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kConfig);
  EXPECT_THAT(nowhere.error().message, HasSubstr("sink \"lake\": region: \"Frankfurt\""));
}

}  // namespace
}  // namespace airspool::collector
