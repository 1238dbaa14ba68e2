// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <airspool/radio/rtlsdr_source.h>

#include "fake_bus.h"

// The source with its threads; what happens when, is in dongle_loop_test.cpp.
namespace airspool::radio {
namespace {

using testing::HasSubstr;

TEST(RtlSdrSourceTest, HandsOutWhatTheDongleGives) {
  auto world = std::make_shared<FakeBusState>();
  std::atomic<int> wanted{50};
  world->play = [&wanted, block = std::vector<std::byte>(131'072, std::byte{7})](const Dongle::Take& take) {
    if (wanted > 0) {
      take(block);
      --wanted;
    } else {
      std::this_thread::yield();
    }
    return true;
  };
  DongleState told;
  auto source =
      RtlSdrSource::open_on(std::make_unique<FakeBus>(world), {}, [&told](const DongleState& state) { told = state; });
  EXPECT_EQ(source->info().name, "RTL-SDR");
  EXPECT_EQ(source->info().format, SampleFormat::kCu8);
  EXPECT_EQ(source->info().sample_rate_hz, 2'400'000U);
  std::uint64_t next = 0;
  for (int i = 0; i < 20; ++i) {
    const auto block = source->next();
    ASSERT_TRUE(block);
    ASSERT_GT(block->samples(), 0U);
    EXPECT_GE(block->first_sample, next);
    EXPECT_EQ(block->bytes.back(), std::byte{7});
    next = block->first_sample + block->samples();
  }
  EXPECT_TRUE(told.streaming || told.samples == 0) << "told of its start, or not yet";
  ASSERT_NE(source->gain(), nullptr);
  EXPECT_EQ(source->gain()->state().gain_db, 40.2);
  source->stop();
  EXPECT_EQ(source->next()->samples(), 0U);
  EXPECT_EQ(source->next()->samples(), 0U);
  source.reset();
  EXPECT_EQ(world->closings, world->openings);
}

TEST(RtlSdrSourceTest, WithoutADongleItWaitsUntilItIsStopped) {
  auto world = std::make_shared<FakeBusState>();
  world->plugged.clear();
  std::string trouble;
  RtlSdrSettings settings;
  settings.device = "7";
  std::unique_ptr<RtlSdrSource> source;
  source = RtlSdrSource::open_on(std::make_unique<FakeBus>(world), settings, [&](const DongleState& state) {
    trouble = state.trouble;
    if (!trouble.empty()) source->stop();
  });
  EXPECT_EQ(source->info().name, "RTL-SDR 7");
  EXPECT_EQ(source->next()->samples(), 0U);
  EXPECT_THAT(trouble, HasSubstr("dongle 7 is not plugged in"));
}

}  // namespace
}  // namespace airspool::radio
