// SPDX-License-Identifier: Apache-2.0
#include "uplink/mqtt_topic.h"

#include <gtest/gtest.h>

namespace airspool::uplink {
namespace {

TEST(MqttTopicTest, FillsInStationAndAircraft) {
  EXPECT_EQ(expand_topic("air/{station}/states", "roof-1"), "air/roof-1/states");
  EXPECT_EQ(expand_topic("air/{station}/{icao24}/{station}", "roof-1", "3c6444"), "air/roof-1/3c6444/roof-1");
}

TEST(MqttTopicTest, AStationsNameMakesNoLevelsAndNoWildcards) {
  EXPECT_EQ(expand_topic("{station}", "a/b+c#d\n"), "a_b_c_d_");
}

TEST(MqttTopicTest, OnlyTheAircraftTopicHasAircraft) {
  EXPECT_FALSE(check_topic("topic", "air/{icao24}"));
  EXPECT_FALSE(check_topic("aircraft_topic", "air/{station}", true));
  EXPECT_TRUE(check_topic("aircraft_topic", "air/{station}/{icao24}", true));
}

TEST(MqttTopicTest, ComplaintsNameTheKey) {
  EXPECT_EQ(check_topic("status_topic", "a/#").error().message.rfind("status_topic", 0), 0U);
}

}  // namespace
}  // namespace airspool::uplink
