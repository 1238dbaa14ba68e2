// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/channel.h>

namespace airspool {
namespace {

TEST(ChannelTest, GivesValuesInOrder) {
  Channel<int> channel(3);
  EXPECT_TRUE(channel.try_push(1));
  EXPECT_TRUE(channel.try_push(2));
  EXPECT_EQ(channel.pop(), 1);
  EXPECT_EQ(channel.pop(), 2);
}

TEST(ChannelTest, RefusesWhenFullAndLeavesTheValueWithTheCaller) {
  Channel<std::unique_ptr<int>> channel(1);
  EXPECT_TRUE(channel.try_push(std::make_unique<int>(1)));
  auto second = std::make_unique<int>(2);
  EXPECT_FALSE(channel.try_push(std::move(second)));
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(*second, 2);
}

TEST(ChannelTest, IsClosedThenDrained) {
  Channel<int> channel(2);
  channel.try_push(1);
  channel.close();
  EXPECT_FALSE(channel.try_push(2));
  EXPECT_FALSE(channel.push(3));
  EXPECT_FALSE(channel.drained());
  EXPECT_EQ(channel.pop(), 1);
  EXPECT_TRUE(channel.drained());
  EXPECT_EQ(channel.pop(), std::nullopt);
}

TEST(ChannelTest, TimesOutEmptyHanded) {
  Channel<int> channel(1);
  EXPECT_EQ(channel.try_pop(), std::nullopt);
  EXPECT_EQ(channel.pop_for(std::chrono::milliseconds(0)), std::nullopt);
  EXPECT_FALSE(channel.drained());
}

TEST(ChannelTest, CloseWakesAWaitingProducerAndConsumer) {
  Channel<int> full(1);
  full.try_push(1);
  Channel<int> empty(1);
  bool pushed = true;
  std::optional<int> popped = 1;
  std::thread producer([&] { pushed = full.push(2); });
  std::thread consumer([&] { popped = empty.pop(); });
  full.close();
  empty.close();
  producer.join();
  consumer.join();
  EXPECT_FALSE(pushed);
  EXPECT_EQ(popped, std::nullopt);
}

TEST(ChannelTest, LosesNothingBetweenManyThreads) {
  constexpr int kEach = 2000;
  Channel<int> channel(7);
  long sum = 0;
  std::thread consumer([&] {
    while (auto value = channel.pop()) sum += *value;
  });
  std::vector<std::thread> producers;
  for (int p = 0; p < 3; ++p) {
    producers.emplace_back([&] {
      for (int i = 1; i <= kEach; ++i) channel.push(int{i});
    });
  }
  for (auto& producer : producers) producer.join();
  channel.close();
  consumer.join();
  EXPECT_EQ(sum, 3L * kEach * (kEach + 1) / 2);
}

}  // namespace
}  // namespace airspool
