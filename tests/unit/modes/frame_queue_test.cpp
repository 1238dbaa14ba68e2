// SPDX-License-Identifier: Apache-2.0
#include "frame_queue.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace airspool::modes {
namespace {

ModeSFrame frame_at(std::uint64_t tick, std::uint8_t salt = 0) {
  ModeSFrame frame;
  frame.bytes[0] = 0x8D;
  frame.bytes[5] = salt;
  frame.length = kLongFrameBytes;
  frame.timestamp_12mhz = tick;
  return frame;
}

constexpr Verdict kProved{Proof::kParity, FrameReject::kCrc, 0x4840D6, 0, true, {}, 14};
constexpr Verdict kReply{Proof::kAddress, FrameReject::kUnknownAddress, 0x4840D6, 0, false, {}, 7};

class FrameQueueTest : public testing::Test {
 protected:
  KnownAddresses known_;
  DemodulatorStats stats_;
  FrameQueue queue_{known_, stats_};
  FrameSink sink_;
};

TEST_F(FrameQueueTest, SortsByTime) {
  for (const std::uint64_t tick : {2000U, 1000U, 3000U}) queue_.push(frame_at(tick), kProved, {}, 0.9F, sink_);
  queue_.release_before(3000, sink_);
  ASSERT_EQ(sink_.frames.size(), 2U);
  EXPECT_EQ(sink_.frames[0].timestamp_12mhz, 1000U);
  EXPECT_EQ(sink_.frames[1].timestamp_12mhz, 2000U);
}

TEST_F(FrameQueueTest, GivesTheBetterOfTwoFindsOnce) {
  queue_.push(frame_at(1000), kProved, {}, 0.7F, sink_);
  queue_.push(frame_at(1003), kProved, {}, 0.9F, sink_);
  queue_.release_all(sink_);
  ASSERT_EQ(sink_.frames.size(), 1U);
  EXPECT_EQ(sink_.frames[0].timestamp_12mhz, 1003U);
  EXPECT_EQ(sink_.rejects[static_cast<std::size_t>(FrameReject::kDuplicate)], 1U);
}

TEST_F(FrameQueueTest, KeepsTimeAndFractionTogetherWhereTheBetterFindDoesNotFit) {
  ModeSFrame first = frame_at(1000);
  first.timestamp_fraction = 0.25F;
  ModeSFrame better = frame_at(1020);
  better.timestamp_fraction = -0.25F;
  queue_.push(first, kProved, {}, 0.7F, sink_);
  queue_.push(frame_at(1010, 1), kProved, {}, 0.9F, sink_);
  queue_.push(better, kProved, {}, 0.9F, sink_);
  queue_.release_all(sink_);
  ASSERT_EQ(sink_.frames.size(), 2U);
  EXPECT_EQ(sink_.frames[0].timestamp_12mhz, 1000U);
  EXPECT_EQ(sink_.frames[0].timestamp_fraction, 0.25F);
}

TEST_F(FrameQueueTest, KeepsTheSameBitsSentAgain) {
  queue_.push(frame_at(1000), kProved, {}, 0.9F, sink_);
  queue_.push(frame_at(5000), kProved, {}, 0.9F, sink_);
  queue_.release_all(sink_);
  EXPECT_EQ(sink_.frames.size(), 2U);
}

TEST_F(FrameQueueTest, DecidesAReplyWhenItLeaves) {
  queue_.push(frame_at(1000), kReply, {}, 0.9F, sink_);
  queue_.push(frame_at(2000, 1), kReply, {}, 0.9F, sink_);
  queue_.release_before(1500, sink_);
  known_.learn(0x4840D6, 3000);
  queue_.release_all(sink_);
  ASSERT_EQ(sink_.frames.size(), 1U);
  EXPECT_EQ(sink_.frames[0].timestamp_12mhz, 2000U);
  EXPECT_EQ(sink_.rejects[static_cast<std::size_t>(FrameReject::kUnknownAddress)], 1U);
}

TEST_F(FrameQueueTest, DecidesTheOldestEarlyWhenItIsFull) {
  for (std::uint64_t k = 0; k < FrameQueue::kCapacity + 10; ++k) {
    queue_.push(frame_at(1000 * k), kProved, {}, 0.9F, sink_);
  }
  EXPECT_EQ(sink_.frames.size(), 10U);
  queue_.release_all(sink_);
  EXPECT_EQ(sink_.frames.size(), FrameQueue::kCapacity + 10);
}

TEST_F(FrameQueueTest, CountsWhatItGivesOutAndHowThatWasFound) {
  queue_.push(frame_at(1000), kProved, {FoundBy::kFirstLook, Effort::kFull, false}, 0.9F, sink_);
  ModeSFrame repaired = frame_at(2000);
  repaired.corrected_bits = 3;
  queue_.push(repaired, kProved, {FoundBy::kCodewordSearch, Effort::kBalanced, true}, 0.9F, sink_);
  EXPECT_EQ(stats_.frames, 0U) << "they still wait";
  queue_.release_all(sink_);
  EXPECT_EQ(stats_.frames, 2U);
  EXPECT_EQ(stats_.by_format[17], 2U);
  EXPECT_EQ(stats_.by_corrected_bits[0], 1U);
  EXPECT_EQ(stats_.by_corrected_bits[3], 1U);
  EXPECT_EQ(stats_.by_step[static_cast<std::size_t>(FoundBy::kFirstLook)], 1U);
  EXPECT_EQ(stats_.by_step[static_cast<std::size_t>(FoundBy::kCodewordSearch)], 1U);
  EXPECT_EQ(stats_.by_effort[static_cast<std::size_t>(Effort::kBalanced)], 1U);
  EXPECT_EQ(stats_.uncovered, 1U);
  EXPECT_EQ(stats_.awaited, 0U);
}

TEST_F(FrameQueueTest, CountsRepairsBeyondItsLastPlaceThere) {
  ModeSFrame repaired = frame_at(1000);
  repaired.corrected_bits = 26;
  queue_.push(repaired, kProved, {}, 0.9F, sink_);
  queue_.release_all(sink_);
  EXPECT_EQ(stats_.by_corrected_bits.back(), 1U);
}

TEST_F(FrameQueueTest, CountsRepliesThatTheirAddressSaved) {
  queue_.push(frame_at(1000), kReply, {}, 0.9F, sink_);
  queue_.push(frame_at(2000, 1), kReply, {}, 0.9F, sink_);
  queue_.release_before(1500, sink_);
  known_.learn(0x4840D6, 3000);
  queue_.release_all(sink_);
  EXPECT_EQ(stats_.frames, 1U);
  EXPECT_EQ(stats_.awaited, 1U);
}

TEST_F(FrameQueueTest, AStrongFrameIsAboveTheLimit) {
  std::uint64_t tick = 0;
  for (const float dbfs : {-20.0F, kStrongDbfs, -2.9F}) {
    ModeSFrame frame = frame_at(tick += 2000);
    frame.signal_dbfs = dbfs;
    queue_.push(frame, kProved, {}, 0.9F, sink_);
  }
  queue_.release_all(sink_);
  EXPECT_EQ(stats_.strong, 1U);
  EXPECT_NEAR(stats_.peak_signal_dbfs().value(), -2.9, 0.01);
  EXPECT_NEAR(stats_.mean_signal_dbfs().value(), 10.0 * std::log10((0.01 + 0.50119 + 0.51286) / 3.0), 0.01)
      << "of powers, not of decibels";
}

}  // namespace
}  // namespace airspool::modes
