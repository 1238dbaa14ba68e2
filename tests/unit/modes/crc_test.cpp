// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/modes/crc.h>
#include <airspool/modes/frame.h>

namespace airspool::modes {
namespace {

TEST(CrcTest, LeavesNothingOfAnUndamagedSquitter) {
  constexpr std::array<std::uint8_t, 14> kPosition = {0x8D, 0x40, 0x62, 0x1D, 0x58, 0xC3, 0x82,
                                                      0xD6, 0x90, 0xC8, 0xAC, 0x28, 0x63, 0xA7};
  EXPECT_EQ(crc24(kPosition), 0U);
}

TEST(CrcTest, GivesTheAddressOfAnAddressParityReply) {
  // A Comm-B reply of the textbook example aircraft 0x4840D6, its parity overlaid with the address.
  std::array<std::uint8_t, 14> reply = {0xA0, 0x00, 0x08, 0x38, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, 0xE0, 0, 0, 0};
  const std::uint32_t overlaid = crc24(reply) ^ 0x4840D6U;
  reply[11] = static_cast<std::uint8_t>(overlaid >> 16U);
  reply[12] = static_cast<std::uint8_t>(overlaid >> 8U);
  reply[13] = static_cast<std::uint8_t>(overlaid);
  EXPECT_EQ(crc24(reply), 0x4840D6U);
}

TEST(CrcTest, TellsEverySingleBitErrorApart) {
  for (const std::size_t length : {kShortFrameBytes, kLongFrameBytes}) {
    std::set<std::uint32_t> syndromes{0};
    for (std::size_t bit = 0; bit < length * 8; ++bit) {
      std::vector<std::uint8_t> frame(length, 0);
      frame[bit / 8] = static_cast<std::uint8_t>(0x80U >> (bit % 8));
      EXPECT_TRUE(syndromes.insert(crc24(frame)).second) << "bit " << bit << " of " << length << " bytes";
    }
  }
}

TEST(CrcTest, TakesTooFewBytesForAParityFieldAsDamaged) { EXPECT_EQ(crc24({}), 0xFFFFFFU); }

TEST(FrameRejectTest, HasANameForEveryReason) {
  std::set<std::string_view> names;
  for (std::size_t reason = 0; reason < kFrameRejectCount; ++reason) {
    names.insert(to_string(static_cast<FrameReject>(reason)));
  }
  EXPECT_EQ(names.size(), kFrameRejectCount);
  EXPECT_FALSE(names.contains("unknown"));
}

}  // namespace
}  // namespace airspool::modes
