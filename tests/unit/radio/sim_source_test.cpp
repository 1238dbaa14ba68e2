// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/radio/sim_source.h>

namespace airspool::radio {
namespace {

SimSourceSettings fast(double seconds) {
  SimSourceSettings settings;
  settings.sim.seconds = seconds;
  settings.pace = Pace::kFast;
  return settings;
}

TEST(SimSourceTest, SaysWhatItIs) {
  auto source = SimSource::open(fast(0.5));
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->info().name, "simulator");
  EXPECT_EQ((*source)->info().format, SampleFormat::kCu8);
  EXPECT_EQ((*source)->info().total_samples, 1'200'000U);
  SimSourceSettings endless;
  EXPECT_FALSE((*SimSource::open(endless))->info().total_samples);
}

TEST(SimSourceTest, EndsAfterItsSeconds) {
  auto source = SimSource::open(fast(0.1));
  std::vector<std::size_t> lengths;
  std::uint64_t expected = 0;
  while (true) {
    const Result<IqBlock> block = (*source)->next();
    ASSERT_TRUE(block);
    EXPECT_EQ(block->first_sample, expected);
    if (block->samples() == 0) break;
    lengths.push_back(block->samples());
    expected += block->samples();
  }
  EXPECT_EQ(lengths, (std::vector<std::size_t>{131'072, 108'928}));
  EXPECT_EQ((*source)->next()->samples(), 0U);
}

TEST(SimSourceTest, GivesSamplesAtTheSpeedOfAnAntenna) {
  ManualClock clock;
  SimSourceSettings settings = fast(1.0);
  settings.pace = Pace::kRealTime;
  settings.block_samples = 240'000;
  auto source = SimSource::open(settings, {&clock, [&](Nanoseconds time) { clock.advance(time); }});
  while ((*source)->next()->samples() > 0) {
  }
  EXPECT_EQ(clock.boot_now().time_since_epoch(), std::chrono::seconds(1));
}

TEST(SimSourceTest, StopEndsIt) {
  SimSourceSettings settings;  // real time, endless
  settings.block_samples = 16'000'000;
  auto source = SimSource::open(settings);
  (*source)->stop();
  (*source)->stop();
  EXPECT_EQ((*source)->next()->samples(), 0U);
}

TEST(SimSourceTest, RefusesSettingsWithoutSense) {
  SimSourceSettings settings;
  settings.sim.sample_rate_hz = 3;
  EXPECT_EQ(SimSource::open(settings).error().code, ErrorCode::kUsage);
  settings = SimSourceSettings{};
  settings.block_samples = 0;
  EXPECT_EQ(SimSource::open(settings).error().code, ErrorCode::kUsage);
}

}  // namespace
}  // namespace airspool::radio
