// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "settings.h"

namespace airspool::collector {
namespace {

// Whether the only sink keeps simulated records on this machine.
bool keeps_simulated_records_here(const std::string& url, bool allow_sim) {
  config::Config config;
  config.sinks.resize(1);
  config.sinks[0].name = "home";
  config.sinks[0].type = config::SinkType::kMqtt;
  config.sinks[0].url = url;
  config.sinks[0].topic = "airspool/{station}/states";
  const ManualClock clock;
  metrics::Registry metrics;
  auto lanes = open_sinks(config, allow_sim, clock, metrics);
  if (!lanes || lanes->size() != 1) {
    ADD_FAILURE() << url;
    return false;
  }
  EXPECT_EQ(lanes->front().policy.type, "mqtt");
  return lanes->front().policy.refuse_simulated;
}

TEST(SimulatedRecordsTest, LeaveTheMachineOnlyWhenAllowed) {
  EXPECT_TRUE(keeps_simulated_records_here("mqtt://192.0.2.1:1883", false));
  EXPECT_FALSE(keeps_simulated_records_here("mqtt://192.0.2.1:1883", true));
  EXPECT_FALSE(keeps_simulated_records_here("mqtt://127.0.0.1:1883", false));
}

}  // namespace
}  // namespace airspool::collector
