// SPDX-License-Identifier: Apache-2.0
#include <string>

#include <gtest/gtest.h>

#include <airspool/spool/batch_codec.h>

namespace airspool::spool {
namespace {

std::string encoded(const std::string& text) { return BatchEncoder::create()->encode(text).value(); }

std::string lines(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += R"({"seq":)" + std::to_string(i) + "}\n";
  return text;
}

TEST(BatchCodecTest, WhatGoesInComesOut) {
  const std::string text = lines(500);
  const std::string bytes = encoded(text);
  EXPECT_LT(bytes.size(), text.size() / 2);
  EXPECT_EQ(decode_batch(bytes).value(), text);
}

TEST(BatchCodecTest, OneEncoderGivesTheSameBytesAgain) {
  auto encoder = BatchEncoder::create();
  const std::string first = encoder->encode(lines(50)).value();
  (void)encoder->encode(lines(7));
  EXPECT_EQ(encoder->encode(lines(50)).value(), first);
}

TEST(BatchCodecTest, AnEmptyTextIsAWholeBatch) { EXPECT_EQ(decode_batch(encoded("")).value(), ""); }

TEST(BatchCodecTest, AnyChangedByteIsNoticed) {
  const std::string text = lines(20);
  const std::string bytes = encoded(text);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string torn = bytes;
    torn[i] = static_cast<char>(torn[i] ^ 0x40);
    const auto decoded = decode_batch(torn);
    // Flags of the frame header that say nothing about the text may change; the text may not.
    if (decoded) {
      EXPECT_EQ(*decoded, text) << "byte " << i;
    }
  }
}

TEST(BatchCodecTest, ATruncatedBatchIsRefusedAtEveryLength) {
  const std::string bytes = encoded(lines(20));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(decode_batch(std::string_view(bytes).substr(0, size))) << size;
  }
}

TEST(BatchCodecTest, WhatFollowsTheFrameIsRefused) { EXPECT_FALSE(decode_batch(encoded(lines(2)) + "x")); }

TEST(BatchCodecTest, AFrameThatUnpacksToTooMuchIsRefused) {
  const std::string bomb = encoded(std::string(std::size_t{1} << 20, 'a'));
  EXPECT_LT(bomb.size(), 1000U);
  const auto decoded = decode_batch(bomb, 1000);
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidData);
  EXPECT_TRUE(decode_batch(bomb, std::size_t{1} << 20));
}

TEST(BatchCodecTest, TextIsNoBatch) {
  const auto decoded = decode_batch("{\"schema\":1}\n");
  ASSERT_FALSE(decoded);
  EXPECT_NE(decoded.error().message.find("zstd"), std::string::npos);
}

}  // namespace
}  // namespace airspool::spool
