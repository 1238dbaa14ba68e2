// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/hex.h>
#include <airspool/feed/frame_reader.h>

namespace airspool::feed {
namespace {

using namespace std::string_literals;

// Typed by hand from the description of the format: 0x1A, '3', time, signal, frame.
const std::string kLong =
    "\x1A\x33\x00\x00\x00\xB7\x1B\x00\x80\x8D\x48\x40\xD6\x20\x2C\xC3\x71\xC3\x2C\xE0\x57\x60\x98"s;
const std::string kShort = "\x1A\x32\x00\x00\x00\x00\x00\x01\xFF\x5D\x48\x40\xD6\xAD\xF3\xB2"s;

class FrameReaderTest : public testing::Test {
 protected:
  void read(std::string_view bytes) {
    reader_.read({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, frames_);
  }
  [[nodiscard]] std::string hex(std::size_t at) const {
    std::string out;
    append_hex(out, frames_.at(at).frame.view());
    return out;
  }
  [[nodiscard]] const ReaderCounts& counts() const { return reader_.counts(); }

  FrameReader reader_;
  std::vector<ReadFrame> frames_;
};

TEST_F(FrameReaderTest, ReadsBothLengthsOfBeast) {
  read(kLong + kShort);
  ASSERT_EQ(frames_.size(), 2U);
  EXPECT_EQ(hex(0), "8d4840d6202cc371c32ce0576098");
  EXPECT_TRUE(frames_[0].stamped);
  EXPECT_EQ(frames_[0].frame.timestamp_12mhz, 12'000'000U);
  EXPECT_NEAR(frames_[0].frame.signal_dbfs, -5.99, 0.01);  // 128 of 255
  EXPECT_EQ(hex(1), "5d4840d6adf3b2");
  EXPECT_EQ(frames_[1].frame.timestamp_12mhz, 1U);
  EXPECT_EQ(frames_[1].frame.signal_dbfs, 0.0F);
  EXPECT_EQ(counts().beast, 2U);
  EXPECT_EQ(counts().junk_bytes, 0U);
  EXPECT_EQ(counts().bytes, kLong.size() + kShort.size());
}

TEST_F(FrameReaderTest, TakesEscapesOutWhereverTheyStand) {
  read("\x1A\x32\x1A\x1A\x00\x00\x00\x00\x1A\x1A\x1A\x1A\x02\x1A\x1A\x00\x00\x00\x00\x1A\x1A"s);
  ASSERT_EQ(frames_.size(), 1U);
  EXPECT_EQ(frames_[0].frame.timestamp_12mhz, 0x1A000000001AU);
  EXPECT_EQ(hex(0), "021a000000001a");
}

TEST_F(FrameReaderTest, ReadsByteByByteWhatItReadsAtOnce) {
  const std::string all = kLong + "*8D4840D6202CC371C32CE0576098;\r\n"s + kShort;
  for (const char byte : all) read({&byte, 1});
  EXPECT_EQ(frames_.size(), 3U);
  EXPECT_EQ(counts().beast, 2U);
  EXPECT_EQ(counts().avr, 1U);
}

TEST_F(FrameReaderTest, ReadsEveryFormOfAvr) {
  read(
      "*8D4840D6202CC371C32CE0576098;\n*5d4840d6adf3b2;\n@000000B71B008D4840D6202CC371C32CE0576098;\r\n"
      "%0000000000015D4840D6ADF3B2;<000000B71B00805D4840D6ADF3B2;:5D4840D6ADF3B2;\n");
  ASSERT_EQ(frames_.size(), 6U);
  EXPECT_EQ(hex(0), "8d4840d6202cc371c32ce0576098");
  EXPECT_FALSE(frames_[0].stamped);
  EXPECT_TRUE(std::isnan(frames_[0].frame.signal_dbfs));
  EXPECT_EQ(hex(1), "5d4840d6adf3b2");
  EXPECT_TRUE(frames_[2].stamped);
  EXPECT_EQ(frames_[2].frame.timestamp_12mhz, 12'000'000U);
  EXPECT_EQ(frames_[3].frame.timestamp_12mhz, 1U);
  EXPECT_NEAR(frames_[4].frame.signal_dbfs, -5.99, 0.01);
  EXPECT_EQ(hex(5), "5d4840d6adf3b2");
  EXPECT_EQ(counts().avr, 6U);
  EXPECT_EQ(counts().junk_bytes + counts().malformed, 0U);
}

TEST_F(FrameReaderTest, SkipsModeAcAndHeartbeats) {
  const std::string beast = "\x1A\x31\x00\x00\x00\x00\x00\x00\x00\x00\x00"s;
  const std::string avr = "*7700;\n*0000;\n";
  read(beast + avr + kLong);
  EXPECT_EQ(frames_.size(), 1U);
  EXPECT_EQ(counts().mode_ac, 3U);
}

TEST_F(FrameReaderTest, SkipsMessagesOfOtherKinds) {
  const std::string status = "\x1A\x34\x01\x02\x03\x04\x05\x06\x07\x1A\x1A*1234567890123"s;
  const std::string identity = "\x1A\xE3\x01\x02\x03\x04\x05\x06\x07\x08"s;
  read(status + kLong + identity + kShort);
  EXPECT_EQ(frames_.size(), 2U);
  EXPECT_EQ(counts().other, 2U);
  EXPECT_EQ(counts().junk_bytes, 0U);
}

TEST_F(FrameReaderTest, LeavesOutWhatAMultilaterationServerMadeUp) {
  read("\x1A\x33\xFF\x00\x4D\x4C\x41\x54\x80\x8D\x48\x40\xD6\x20\x2C\xC3\x71\xC3\x2C\xE0\x57\x60\x98"s);
  read("@FF004D4C41548D4840D6202CC371C32CE0576098;");
  EXPECT_TRUE(frames_.empty());
  EXPECT_EQ(counts().mlat, 2U);
}

TEST_F(FrameReaderTest, GoesOnAfterAMessageThatWasCut) {
  read(kLong.substr(0, 12) + kShort);
  EXPECT_EQ(frames_.size(), 1U);
  EXPECT_EQ(counts().truncated, 1U);
  read("*8D4840D620" + kLong);
  EXPECT_EQ(frames_.size(), 2U);
  EXPECT_EQ(counts().malformed, 1U);
}

TEST_F(FrameReaderTest, GoesOnAfterAMessageCutInsideAnEscape) {
  read("\x1A\x32\x00\x00\x00\x00\x00\x1A"s);  // the second 0x1A never comes
  read(kLong);
  read(kShort);
  ASSERT_FALSE(frames_.empty());
  EXPECT_EQ(hex(frames_.size() - 1), "5d4840d6adf3b2") << "what was cut may cost the message behind it, no more";
}

TEST_F(FrameReaderTest, CountsJunkBetweenMessages) {
  read("hello" + kLong + "\x00\x7F"s + kShort + "\x1A\x07"s + "bye");
  EXPECT_EQ(frames_.size(), 2U);
  EXPECT_EQ(counts().junk_bytes, 5U + 2U + 2U + 3U);
}

TEST_F(FrameReaderTest, CountsLinesThatAreNoFrames) {
  read("*12345;\n*8D4840D6202CC371C32CE05760;\n@0000;*zz;\n*" + std::string(100, 'A') + ";\n");
  EXPECT_TRUE(frames_.empty());
  EXPECT_EQ(counts().malformed, 5U) << "two short, a time without a frame, no digits, too many";
  read(kLong);
  EXPECT_EQ(frames_.size(), 1U);
}

TEST_F(FrameReaderTest, GivesUpAMessageOfAnotherKindThatNeverEnds) {
  read("\x1A\x34"s + std::string(1'000, 'x'));
  EXPECT_EQ(counts().junk_bytes, 1'000U);
  read(kLong);
  EXPECT_EQ(frames_.size(), 1U);
}

TEST_F(FrameReaderTest, KeepsNothingOfAStreamWithoutFrames) {
  const std::string block(1U << 20U, '\x55');
  for (int n = 0; n < 64; ++n) read(block);
  EXPECT_TRUE(frames_.empty());
  EXPECT_EQ(frames_.capacity(), 0U);
  EXPECT_EQ(counts().junk_bytes, 64U << 20U);
  read(kLong);
  EXPECT_EQ(frames_.size(), 1U);
}

TEST(BeastSignalTest, GoesThereAndBack) {
  for (int signal = 1; signal <= 255; ++signal) {
    EXPECT_EQ(beast_signal(beast_signal_dbfs(static_cast<std::uint8_t>(signal))), signal);
  }
  EXPECT_EQ(beast_signal(-90.0F), 1);
  EXPECT_EQ(beast_signal(3.0F), 255);
  EXPECT_EQ(beast_signal(std::nanf("")), 0);
  EXPECT_TRUE(std::isnan(beast_signal_dbfs(0)));
}

}  // namespace
}  // namespace airspool::feed
