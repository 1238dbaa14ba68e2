// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <airspool/modes/frame_check.h>

#include "fakes/frame_builder.h"

namespace airspool::modes {
namespace {

using test::FrameBuilder;

constexpr std::uint32_t kAddress = 0x4840D6;
constexpr std::int64_t kSecond = 12'000'000;

ModeSFrame altitude_reply(std::uint32_t address) { return FrameBuilder(4).overlaid_with(address); }
ModeSFrame all_call(std::uint32_t code) { return FrameBuilder(11).set(9, 32, kAddress).overlaid_with(code); }

TEST(FrameCheckTest, BelievesParityThatFits) {
  FrameCheck check;
  EXPECT_EQ(check.judge(FrameBuilder::squitter(4).build(), 0), std::nullopt);
  EXPECT_EQ(check.judge(all_call(0), 0), std::nullopt);
}

TEST(FrameCheckTest, DoesNotRepair) {
  FrameCheck check;
  ModeSFrame frame = FrameBuilder::squitter(4).build();
  frame.bytes[6] ^= 1U;
  EXPECT_EQ(check.judge(frame, 0), FrameReject::kCrc);
  EXPECT_EQ(check.judge(altitude_reply(kAddress), 0), FrameReject::kUnknownAddress) << "it proves nobody";
}

TEST(FrameCheckTest, BelievesRepliesOfThoseWhoWereProved) {
  FrameCheck check;
  EXPECT_EQ(check.judge(altitude_reply(kAddress), 0), FrameReject::kUnknownAddress);
  EXPECT_EQ(check.judge(all_call(5), 0), FrameReject::kCrc) << "a code may be a wrong bit";
  EXPECT_EQ(check.judge(all_call(0), 0), std::nullopt);
  EXPECT_EQ(check.judge(altitude_reply(kAddress), kSecond), std::nullopt);
  EXPECT_EQ(check.judge(all_call(5), kSecond), std::nullopt);
  EXPECT_EQ(check.judge(altitude_reply(kAddress), 119 * kSecond), std::nullopt);
  EXPECT_EQ(check.judge(altitude_reply(kAddress), 130 * kSecond), FrameReject::kUnknownAddress)
      << "a reply does not prove the next one";
}

TEST(FrameCheckTest, AnAddressOfAnotherKindProvesNoReplies) {
  FrameCheck check;
  const ModeSFrame anonymous = FrameBuilder(18).set(6, 8, 1).set(9, 32, kAddress).me(1, 5, 4).build();
  EXPECT_EQ(check.judge(anonymous, 0), std::nullopt);
  EXPECT_EQ(check.judge(altitude_reply(kAddress), 0), FrameReject::kUnknownAddress);
}

TEST(FrameCheckTest, RefusesWhatIsNoFrame) {
  FrameCheck check;
  ModeSFrame wrong = FrameBuilder::squitter(4).build();
  wrong.length = kShortFrameBytes;
  EXPECT_EQ(check.judge(wrong, 0), FrameReject::kWrongLength);
  EXPECT_EQ(check.judge(FrameBuilder(19).build(), 0), FrameReject::kUnknownFormat);
  EXPECT_EQ(check.judge(FrameBuilder(24).overlaid_with(kAddress), 0), FrameReject::kUnknownFormat);
  ModeSFrame zeros;
  zeros.length = kShortFrameBytes;
  EXPECT_EQ(check.judge(zeros, 0), FrameReject::kUnknownAddress);
}

}  // namespace
}  // namespace airspool::modes
