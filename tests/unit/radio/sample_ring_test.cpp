// SPDX-License-Identifier: Apache-2.0
#include "sample_ring.h"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;

std::vector<std::byte> bytes(std::size_t count, int value) { return {count, static_cast<std::byte>(value)}; }

// They arrive as many seconds after the boot as their first sample counts.
bool push(SampleRing& ring, const std::vector<std::byte>& block, std::uint64_t first_sample) {
  return ring.push(block, first_sample, BootTime(std::chrono::seconds(first_sample)));
}

TEST(SampleRingTest, GivesBlocksInOrderAndInPlace) {
  SampleRing ring(3, 8);
  EXPECT_TRUE(push(ring, bytes(8, 1), 0));
  EXPECT_TRUE(push(ring, bytes(8, 2), 4));
  const auto first = ring.pop_for(0s);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->samples(), 4U);
  EXPECT_EQ(first->bytes.front(), std::byte{1});
  EXPECT_TRUE(push(ring, bytes(8, 3), 8));
  EXPECT_EQ(first->bytes.back(), std::byte{1}) << "whatever comes meanwhile";
  const auto second = ring.pop_for(0s);
  EXPECT_EQ(second->first_sample, 4U);
  EXPECT_EQ(second->arrived, BootTime{4s});
  EXPECT_EQ(ring.pop_for(0s)->first_sample, 8U);
  EXPECT_FALSE(ring.pop_for(0s));
}

TEST(SampleRingTest, AFullOneTakesNothing) {
  SampleRing ring(2, 8);
  EXPECT_TRUE(push(ring, bytes(8, 1), 0));
  EXPECT_TRUE(push(ring, bytes(8, 2), 4));
  EXPECT_FALSE(push(ring, bytes(8, 3), 8));
  ASSERT_TRUE(ring.pop_for(0s));
  EXPECT_FALSE(push(ring, bytes(8, 3), 8)) << "what was handed out is still in use";
  ASSERT_TRUE(ring.pop_for(0s));
  EXPECT_TRUE(push(ring, bytes(8, 4), 12));
  EXPECT_EQ(ring.pop_for(0s)->first_sample, 12U);
  EXPECT_FALSE(push(ring, bytes(9, 5), 16)) << "larger than a slot";
}

TEST(SampleRingTest, ShortBlocksShareASlot) {
  SampleRing ring(2, 8);
  EXPECT_TRUE(push(ring, bytes(8, 1), 0));
  EXPECT_TRUE(push(ring, bytes(2, 2), 4));
  EXPECT_TRUE(push(ring, bytes(4, 3), 5));
  EXPECT_FALSE(push(ring, bytes(2, 4), 8)) << "a gap begins a slot of its own";
  ASSERT_TRUE(ring.pop_for(0s));
  const auto both = ring.pop_for(0s);
  ASSERT_TRUE(both);
  EXPECT_EQ(both->samples(), 3U);
  EXPECT_EQ(both->first_sample, 4U);
  EXPECT_EQ(both->arrived, BootTime{5s}) << "with the last of them";
  EXPECT_EQ(both->bytes[1], std::byte{2});
  EXPECT_EQ(both->bytes[2], std::byte{3});
  EXPECT_TRUE(push(ring, bytes(2, 5), 7));
  EXPECT_EQ(both->samples(), 3U) << "what was handed out does not grow";
}

TEST(SampleRingTest, AStopWakesWhoeverWaits) {
  SampleRing ring(2, 8);
  std::thread reader([&] { EXPECT_FALSE(ring.pop_for(1h)); });
  ring.stop();
  reader.join();
  EXPECT_FALSE(push(ring, bytes(8, 1), 0));
  EXPECT_TRUE(ring.stopped());
}

TEST(SampleRingTest, LosesNothingBetweenTwoThreads) {
  SampleRing ring(4, 64);
  constexpr std::uint64_t kSamples = 200'000;
  std::thread writer([&] {
    std::uint64_t at = 0;
    std::vector<std::byte> block;
    for (std::size_t length = 1; at < kSamples; length = length % 31 + 1) {
      block.clear();
      for (std::size_t i = 0; i < length; ++i) {
        block.push_back(static_cast<std::byte>(at + i));
        block.push_back(static_cast<std::byte>((at + i) >> 8));
      }
      while (!ring.push(block, at, BootTime{})) std::this_thread::yield();
      at += length;
    }
  });
  std::uint64_t next = 0;
  while (next < kSamples) {
    const auto block = ring.pop_for(10s);
    ASSERT_TRUE(block);
    ASSERT_EQ(block->first_sample, next);
    for (std::size_t i = 0; i < block->samples(); ++i, ++next) {
      ASSERT_EQ(block->bytes[2 * i], static_cast<std::byte>(next));
      ASSERT_EQ(block->bytes[2 * i + 1], static_cast<std::byte>(next >> 8));
    }
  }
  writer.join();
}

}  // namespace
}  // namespace airspool::radio
