// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/sky/snapshot.h>

namespace airspool::sky {
namespace {

using std::chrono::seconds;

modes::Message identity(std::uint32_t address) {
  modes::Message message;
  message.df = 5;
  message.address = Icao24::icao(address);
  message.body = modes::IdentityReply{{'7', '0', '0', '0'}, false, false};
  return message;
}

TEST(SnapshotTest, ListsAircraftInOrderOfAddress) {
  Picture picture({.tracker = {}, .fusion = {.radio_source = RecordSource::kSim}});
  picture.observe(identity(0x4B0002), -10.0F, BootTime(seconds(1)));
  picture.observe(identity(0x4B0001), -10.0F, BootTime(seconds(2)));
  const auto snapshot = take_snapshot(picture, BootTime(seconds(3)), WallTime(seconds(1000)));
  ASSERT_EQ(snapshot.aircraft.size(), 2U);
  EXPECT_EQ(snapshot.aircraft[0].state.icao24, Icao24::icao(0x4B0001));
  EXPECT_EQ(snapshot.aircraft[0].last_seen, BootTime(seconds(2)));
  EXPECT_EQ(snapshot.aircraft[0].state.squawk, "7000");
  EXPECT_EQ(snapshot.aircraft[0].source, RecordSource::kSim);
  EXPECT_EQ(snapshot.messages, 2U);
}

TEST(SnapshotTest, HasNoPositionTimeWithoutAPosition) {
  Picture picture({.tracker = {}, .fusion = {.radio_source = RecordSource::kSim}});
  picture.observe(identity(0x4B0001), -10.0F, BootTime(seconds(1)));
  const auto snapshot = take_snapshot(picture, BootTime(seconds(1)), WallTime());
  EXPECT_FALSE(snapshot.aircraft.at(0).position_time);
}

}  // namespace
}  // namespace airspool::sky
