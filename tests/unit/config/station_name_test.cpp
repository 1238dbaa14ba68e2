// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/config/station_name.h>

namespace airspool::config::test {
namespace {

const MachineNames kNames{"pi-roof", "0123456789abcdef0123456789abcdef"};

TEST(StationNameTest, PlaceholdersExpand) {
  EXPECT_EQ(expand_station_name("{hostname}", kNames), "pi-roof");
  EXPECT_EQ(expand_station_name("a-{hostname}-{hostname}", kNames), "a-pi-roof-pi-roof");
  EXPECT_EQ(expand_station_name("{machine_id}", kNames), "0123456789abcdef0123456789abcdef");
}

TEST(StationNameTest, PlainNamesStay) { EXPECT_EQ(expand_station_name("roof-1", kNames), "roof-1"); }

TEST(StationNameTest, CharactersUnfitForATopicBecomeDashes) {
  EXPECT_EQ(expand_station_name("{hostname}", {"a/b c+#", ""}), "a-b-c--");
}

TEST(StationNameTest, ExpansionIsNotExpandedAgain) {
  EXPECT_EQ(expand_station_name("{hostname}", {"{hostname}", ""}), "-hostname-");
}

TEST(StationNameTest, OtherNamesKeepTheirCharacters) {
  EXPECT_EQ(expand_names("a:{station}/{hostname}#{machine_id}", {"h", "0f"}, "s"), "a:s/h#0f");
  EXPECT_EQ(expand_names("", {"h", "0f"}, "s"), "");
}

TEST(StationNameTest, MachinesOfAFleetAreSpreadEvenly) {
  int tenths[10] = {};
  for (int i = 0; i < 500; ++i) {
    const MachineNames names{"box", std::to_string(i)};
    const double place = place_in_fleet(names);
    ASSERT_GE(place, 0.0);
    ASSERT_LT(place, 1.0);
    EXPECT_EQ(place, place_in_fleet(names));
    ++tenths[static_cast<int>(place * 10.0)];
  }
  for (const int boxes : tenths) EXPECT_NEAR(boxes, 50, 25);
}

TEST(StationNameTest, LongNamesAreCut) {
  EXPECT_EQ(expand_station_name("{hostname}", {std::string(200, 'x'), ""}).size(), 64U);
}

TEST(StationNameTest, NothingLeftIsStillAName) { EXPECT_EQ(expand_station_name("{hostname}", {}), "airspool"); }

}  // namespace
}  // namespace airspool::config::test
