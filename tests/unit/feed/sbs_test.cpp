// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include <airspool/feed/sbs.h>
#include <airspool/modes/decode.h>

#include "fakes/frame_builder.h"

namespace airspool::feed {
namespace {

using namespace std::chrono_literals;
using test::FrameBuilder;

constexpr WallTime kHeard{1'795'779'296s + 789ms};  // 2026-11-27 11:34:56.789
constexpr WallTime kNow = kHeard + 500ms;
const std::string kDates = "2026/11/27,11:34:56.789,2026/11/27,11:34:57.289,";

OutgoingFrame outgoing(const modes::ModeSFrame& frame) {
  OutgoingFrame out;
  out.frame = frame;
  out.message = modes::decode(frame).value();
  return out;
}

std::string line(const OutgoingFrame& frame) {
  std::string out;
  append_sbs(out, frame, kHeard, kNow);
  return out;
}

TEST(SbsTest, TellsACallsign) {
  const OutgoingFrame frame = outgoing(test::frame_of("8D4840D6202CC371C32CE0576098"));
  EXPECT_EQ(line(frame), "MSG,1,1,1,4840D6,1," + kDates + "KLM1023,,,,,,,,,,,\r\n");
}

TEST(SbsTest, TellsAPositionWhereTheMessageGaveOne) {
  OutgoingFrame frame = outgoing(test::frame_of("8D40621D58C382D690C8AC2863A7"));  // 38,000 ft
  EXPECT_EQ(line(frame), "MSG,7,1,1,40621D,1," + kDates + ",38000,,,,,,,0,,0,\r\n");
  frame.position = GeoPosition{52.25720214843750, 3.919372558593750};
  frame.on_ground = false;
  EXPECT_EQ(line(frame), "MSG,3,1,1,40621D,1," + kDates + ",38000,,,52.2572,3.91937,,,0,,0,0\r\n");
}

TEST(SbsTest, TellsASurfacePosition) {
  OutgoingFrame frame = outgoing(test::frame_of("8C4841753A9A153237AEF0F275BE"));
  frame.position = GeoPosition{52.32304, 4.73047};
  frame.on_ground = true;
  const std::string text = line(frame);
  EXPECT_EQ(text.substr(0, 19), "MSG,2,1,1,484175,1,");
  EXPECT_EQ(text.substr(text.size() - 7), ",,,-1\r\n") << text;
  EXPECT_NE(text.find(",52.32304,4.73047,"), std::string::npos) << text;
}

TEST(SbsTest, TellsAVelocity) {
  const OutgoingFrame frame = outgoing(test::frame_of("8D485020994409940838175B284F"));
  EXPECT_EQ(line(frame), "MSG,4,1,1,485020,1," + kDates + ",,159,183,,,-832,,,,,\r\n");
}

TEST(SbsTest, TellsReplies) {
  EXPECT_EQ(line(outgoing(FrameBuilder(11).set(9, 32, 0x4840D6).build())).substr(0, 6), "MSG,8,");
  EXPECT_EQ(line(outgoing(FrameBuilder(0).overlaid_with(0x4840D6))).substr(0, 6), "MSG,7,");
  EXPECT_EQ(line(outgoing(FrameBuilder(20).overlaid_with(0x4840D6))).substr(0, 6), "MSG,5,");
  // 7700, with an alert (flight status 2). ID: C1 A1 C2 A2 C4 A4 0 B1 D1 B2 D2 B4 D4.
  const OutgoingFrame emergency =
      outgoing(FrameBuilder(5).set(6, 8, 2).set(20, 32, 0b0101010101010).overlaid_with(0x4840D6));
  EXPECT_EQ(line(emergency), "MSG,6,1,1,4840D6,1," + kDates + ",,,,,,,7700,-1,-1,0,\r\n");
}

TEST(SbsTest, SaysNothingOfWhatTheFormatHasNoPlaceFor) {
  EXPECT_EQ(line(outgoing(FrameBuilder::squitter(31).build())), "");
  EXPECT_EQ(line(outgoing(FrameBuilder(18).set(6, 8, 1).set(9, 32, 0x123456).me(1, 5, 4).build())), "");
}

}  // namespace
}  // namespace airspool::feed
