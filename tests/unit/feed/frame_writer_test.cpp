// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/feed/frame_reader.h>
#include <airspool/feed/frame_writer.h>

#include "fakes/frame_builder.h"

namespace airspool::feed {
namespace {

using namespace std::string_literals;

std::vector<ReadFrame> read(const std::string& bytes, FrameReader& reader) {
  std::vector<ReadFrame> frames;
  reader.read({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, frames);
  return frames;
}

TEST(FrameWriterTest, WritesBeast) {
  modes::ModeSFrame frame = test::frame_of("8D4840D6202CC371C32CE0576098");
  frame.timestamp_12mhz = 12'000'000;
  frame.signal_dbfs = -6.0F;
  std::string out;
  append_beast(out, frame);
  EXPECT_EQ(out, "\x1A\x33\x00\x00\x00\xB7\x1B\x00\x80\x8D\x48\x40\xD6\x20\x2C\xC3\x71\xC3\x2C\xE0\x57\x60\x98"s);
}

TEST(FrameWriterTest, DoublesEveryEscapeBehindTheKind) {
  modes::ModeSFrame frame = test::frame_of("021A000000001A");
  frame.timestamp_12mhz = 0x1A1A1A1A1A1A;
  frame.signal_dbfs = beast_signal_dbfs(0x1A);
  std::string out;
  append_beast(out, frame);
  EXPECT_EQ(out.size(), 2U + 2 * 6 + 2 + 7 + 2);
  FrameReader reader;
  const auto frames = read(out, reader);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_EQ(frames[0].frame.bytes, frame.bytes);
  EXPECT_EQ(frames[0].frame.timestamp_12mhz, frame.timestamp_12mhz);
}

TEST(FrameWriterTest, WritesAvr) {
  std::string out;
  append_avr(out, test::frame_of("8d4840d6202cc371c32ce0576098"));
  append_avr(out, test::frame_of("5d4840d6adf3b2"));
  EXPECT_EQ(out, "*8D4840D6202CC371C32CE0576098;\n*5D4840D6ADF3B2;\n");
}

TEST(FrameWriterTest, HeartbeatsSayNothing) {
  FrameReader reader;
  EXPECT_TRUE(read(std::string(beast_heartbeat()) + std::string(avr_heartbeat()), reader).empty());
  EXPECT_EQ(reader.counts().mode_ac, 2U);
  EXPECT_EQ(reader.counts().junk_bytes, 0U);
}

}  // namespace
}  // namespace airspool::feed
