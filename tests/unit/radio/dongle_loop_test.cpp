// SPDX-License-Identifier: Apache-2.0
#include "dongle_loop.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake_bus.h"

namespace airspool::radio {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::size_t kBlockBytes = 131'072;
constexpr std::uint64_t kBlockSamples = kBlockBytes / 2;
constexpr Nanoseconds kBlockTime{27'306'666};

// One thread plays both: that of the device in step(), and in its midst the one that watches.
class DongleLoopTest : public testing::Test {
 protected:
  DongleLoopTest() { make({}); }
  void make(const RtlSdrSettings& settings) {
    loop_ = std::make_unique<DongleLoop>(std::make_unique<FakeBus>(world_), settings, &clock_);
    turn_ = loop_->begin();
  }
  // Steps, and time passes as it is told to.
  void step() {
    const auto pause = loop_->step(turn_);
    ASSERT_TRUE(pause);
    clock_.advance(*pause);
  }
  // The dongle gives so many blocks, and then it is unplugged.
  void plays_then_goes(int blocks) {
    world_->play = [this, left = blocks](const Dongle::Take& take) mutable {
      if (left-- == 0) return false;
      clock_.advance(kBlockTime);
      take(block_);
      return true;
    };
  }
  // The dongle gives so many blocks, and then none, until it is cancelled.
  void plays_then_stalls(int blocks) {
    world_->play = [this, left = blocks](const Dongle::Take& take) mutable {
      clock_.advance(left > 0 ? kBlockTime : Nanoseconds(100ms));
      if (left-- > 0) take(block_);
      EXPECT_EQ(loop_->watch(), DongleLoop::Watch::kWell);
      return true;
    };
  }
  std::vector<std::uint64_t> drain() {
    std::vector<std::uint64_t> starts;
    while (const auto block = loop_->ring().pop_for(0s)) starts.push_back(block->first_sample);
    return starts;
  }

  ManualClock clock_{WallTime{}, BootTime{1000s}};
  std::shared_ptr<FakeBusState> world_ = std::make_shared<FakeBusState>();
  std::vector<std::byte> block_ = std::vector<std::byte>(kBlockBytes);
  std::vector<std::uint64_t> starts_;
  std::unique_ptr<DongleLoop> loop_;
  DongleLoop::Turn turn_ = 0;
};

TEST_F(DongleLoopTest, OneThatIsAbsentIsLookedForEachSecond) {
  world_->plugged.clear();
  const BootTime begin = clock_.boot_now();
  for (int i = 0; i < 60; ++i) step();
  EXPECT_EQ(clock_.boot_now() - begin, 60s);
  EXPECT_EQ(world_->looks, 60);
  EXPECT_EQ(world_->openings, 0);
  EXPECT_THAT(loop_->state().trouble, HasSubstr("no RTL-SDR dongle is plugged in"));
  EXPECT_EQ(loop_->state().failed_openings, 0U) << "an absent one is no failure";
}

TEST_F(DongleLoopTest, IsSetUpAsConfigured) {
  RtlSdrSettings settings;
  settings.ppm = -7;
  settings.bias_tee = true;
  settings.sample_rate_hz = 2'000'000;
  settings.gain = {GainChoice::Mode::kFixed, 41.0};
  make(settings);
  plays_then_goes(2);
  step();
  EXPECT_EQ(world_->tuning.frequency_hz, 1'090'000'000U);
  EXPECT_EQ(world_->tuning.sample_rate_hz, 2'000'000U);
  EXPECT_EQ(world_->tuning.ppm, -7);
  EXPECT_TRUE(world_->tuning.bias_tee);
  EXPECT_THAT(world_->gains_set, testing::ElementsAre(402));
  EXPECT_EQ(loop_->state().serial, "00000001");
  EXPECT_EQ(loop_->state().tuner, "R820T");
}

TEST_F(DongleLoopTest, OpeningsThatFailAreTriedLessAndLessOften) {
  world_->open_error = Error{ErrorCode::kUnavailable, "device 00000001 is held by somebody"};
  std::vector<int> seconds;
  const BootTime begin = clock_.boot_now();
  for (int openings = 0; clock_.boot_now() - begin < 130s;) {
    step();
    if (world_->openings == openings) continue;
    openings = world_->openings;
    seconds.push_back(static_cast<int>(std::chrono::round<std::chrono::seconds>(clock_.boot_now() - begin).count()));
  }
  // After 1, 2, 4, 8, 16 s, then every 30 s; each second it is looked whether it is there at all.
  EXPECT_THAT(seconds, testing::ElementsAre(1, 2, 4, 8, 16, 32, 62, 92, 122));
  EXPECT_GE(world_->looks, 130);
  EXPECT_EQ(loop_->state().failed_openings, seconds.size());
  EXPECT_EQ(loop_->state().trouble, "device 00000001 is held by somebody");
}

TEST_F(DongleLoopTest, OneThatDoesNotTakeItsSettingsIsClosed) {
  world_->tune_result = fail(ErrorCode::kIo, "device 00000001: tuning failed");
  step();
  EXPECT_EQ(loop_->state().trouble, "device 00000001: tuning failed");
  EXPECT_EQ(world_->closings, 1);
  world_->tune_result = {};
  world_->gain_result = fail(ErrorCode::kIo, "device 00000001: setting the gain failed");
  step();
  EXPECT_EQ(loop_->state().trouble, "device 00000001: setting the gain failed");
  EXPECT_EQ(world_->closings, 2);
  EXPECT_EQ(loop_->state().failed_openings, 2U);
  EXPECT_EQ(loop_->state().openings, 0U);
}

TEST_F(DongleLoopTest, OneThatComesBackDoesNotWaitForThat) {
  world_->open_error = Error{ErrorCode::kUnavailable, "busy"};
  for (int i = 0; i < 40; ++i) step();
  world_->plugged.clear();
  step();
  world_->plugged = {{0, "00000001", ""}};
  world_->open_error.reset();
  plays_then_goes(1);
  step();
  EXPECT_EQ(loop_->state().openings, 1U);
}

TEST_F(DongleLoopTest, UnpluggedAndBackBySerial) {
  RtlSdrSettings settings;
  settings.device = "00000001";
  make(settings);
  plays_then_goes(3);
  step();
  EXPECT_EQ(loop_->state().losses, 1U);
  EXPECT_FALSE(loop_->state().streaming);
  EXPECT_EQ(world_->resets, 0);
  world_->plugged = {{0, "77", ""}};  // another one is not taken for it
  for (int i = 0; i < 10; ++i) step();
  EXPECT_EQ(loop_->state().openings, 1U);
  world_->plugged = {{0, "77", ""}, {1, "00000001", ""}};
  plays_then_goes(3);
  step();
  EXPECT_EQ(loop_->state().openings, 2U);
  // The sample clock ran on while it was away: 1 s after the loss, 10 s with the other one.
  const auto starts = drain();
  ASSERT_EQ(starts.size(), 6U);
  EXPECT_EQ(starts[2], 2 * kBlockSamples);
  EXPECT_NEAR(static_cast<double>(starts[3] - starts[2]), 11.0 * 2.4e6 + kBlockSamples, 1000.0);
  EXPECT_EQ(starts[4] - starts[3], kBlockSamples);
}

TEST_F(DongleLoopTest, SilenceOfTwoSecondsIsAResetAndANewOpening) {
  plays_then_stalls(5);
  const BootTime begin = clock_.boot_now();
  step();
  EXPECT_EQ(loop_->state().stalls, 1U);
  EXPECT_LT(clock_.boot_now() - begin, 2500ms);
  EXPECT_EQ(world_->closings, 1);
  EXPECT_THAT(loop_->state().trouble, HasSubstr("no samples for 2 s"));
  EXPECT_EQ(world_->resets, 0);
  plays_then_goes(5);
  step();
  EXPECT_EQ(world_->resets, 1);
  EXPECT_EQ(loop_->state().openings, 2U);
  EXPECT_EQ(loop_->state().losses, 1U) << "only the end of the second one";
}

TEST_F(DongleLoopTest, OneThatStaysSilentIsResetOnce) {
  plays_then_stalls(5);
  step();
  plays_then_stalls(0);
  for (int i = 0; i < 120; ++i) step();
  EXPECT_EQ(world_->resets, 1);
  EXPECT_LT(world_->openings, 10) << "it is tried less and less often";
  EXPECT_THAT(loop_->state().trouble, HasSubstr("gives no samples; unplug it"));
  plays_then_stalls(5);  // it gave samples again: the next silence is a new one
  for (int i = 0; i < 40; ++i) step();
  EXPECT_GE(world_->resets, 2);
}

TEST_F(DongleLoopTest, AMachineThatSleptIsNoStall) {
  world_->play = [this, n = 0](const Dongle::Take& take) mutable {
    clock_.advance(n == 5 ? Nanoseconds(3600s) : kBlockTime);
    EXPECT_EQ(loop_->watch(), DongleLoop::Watch::kWell);
    take(block_);
    return ++n < 10;
  };
  step();
  EXPECT_EQ(loop_->state().stalls, 0U);
}

TEST_F(DongleLoopTest, AFullRingDropsWholeBlocksAndTheClockRunsOn) {
  plays_then_goes(25);
  step();
  EXPECT_EQ(loop_->state().samples, 25 * kBlockSamples);
  EXPECT_EQ(loop_->state().samples_dropped, 5 * kBlockSamples);
  EXPECT_EQ(drain().size(), 20U);
  plays_then_goes(1);
  step();
  const auto starts = drain();
  ASSERT_EQ(starts.size(), 1U);
  EXPECT_GE(starts[0], 25 * kBlockSamples);
}

TEST_F(DongleLoopTest, TheSampleClockRunsOnOverAPause) {
  world_->play = [this, n = 0](const Dongle::Take& take) mutable {
    clock_.advance(n == 40 ? Nanoseconds(1s) : kBlockTime);
    take(block_);
    if (n % 10 == 0) starts_ = drain();
    return ++n < 100;
  };
  step();
  EXPECT_NEAR(static_cast<double>(loop_->state().samples_lost), 2.4e6 - kBlockSamples, 2.4e4);
  EXPECT_NEAR(static_cast<double>(starts_.back()), 91 * kBlockSamples + 2.4e6 - 2 * kBlockSamples, 2.4e4);
  EXPECT_EQ(loop_->state().samples, 100 * kBlockSamples);
}

TEST_F(DongleLoopTest, BuffersOfEveryLengthAreTaken) {
  world_->play = [this, left = 3](const Dongle::Take& take) mutable {
    if (left-- == 0) return false;
    take(std::span(block_).first(left == 2 ? 0 : 1001));
    take(std::vector<std::byte>(2 * kBlockBytes + 10));
    return true;
  };
  step();
  EXPECT_EQ(loop_->state().samples, 2 * 500U + 3 * (2 * kBlockSamples + 5));
  std::uint64_t samples = 0;
  while (const auto block = loop_->ring().pop_for(0s)) {
    EXPECT_EQ(block->first_sample, samples);
    samples += block->samples();
  }
  EXPECT_EQ(samples, loop_->state().samples);
}

TEST_F(DongleLoopTest, ACallThatHangsIsLeftBehind) {
  const DongleLoop::Turn lost = turn_;
  bool hung = false;
  world_->deaf = true;
  world_->play = [&](const Dongle::Take& take) {
    clock_.advance(100ms);
    if (!hung) {
      hung = loop_->watch() == DongleLoop::Watch::kHung;
      if (hung) turn_ = loop_->begin();
      return true;
    }
    // The lost thread comes to life: nobody listens to it.
    world_->deaf = false;
    take(block_);
    return true;
  };
  EXPECT_FALSE(loop_->step(lost));
  EXPECT_TRUE(hung);
  EXPECT_EQ(loop_->state().hung, 1U);
  EXPECT_EQ(loop_->state().samples, 0U);
  plays_then_goes(2);
  step();
  EXPECT_EQ(world_->resets, 1) << "which is what may free the lost one";
  EXPECT_EQ(loop_->state().samples, 2 * kBlockSamples);
}

TEST_F(DongleLoopTest, AnOpeningThatHangsIsLeftBehind) {
  world_->plugged.clear();
  step();
  EXPECT_EQ(loop_->watch(), DongleLoop::Watch::kWell);
  // Resting is no hanging, however long.
  for (int i = 0; i < 400; ++i) {
    clock_.advance(100ms);
    EXPECT_EQ(loop_->watch(), DongleLoop::Watch::kWell);
  }
}

TEST_F(DongleLoopTest, TwoWithOneSerialAreToldApartByIndex) {
  world_->plugged = {{0, "00000001", ""}, {1, "00000001", ""}};
  RtlSdrSettings settings;
  settings.device = "00000001";
  make(settings);
  step();
  EXPECT_THAT(loop_->state().trouble, HasSubstr("2 dongles have the serial 00000001"));
  EXPECT_EQ(world_->openings, 0);
  settings.device = "1";
  make(settings);
  plays_then_goes(1);
  step();
  EXPECT_EQ(world_->openings, 1);
}

TEST_F(DongleLoopTest, AStopEndsIt) {
  world_->play = [this](const Dongle::Take& take) {
    take(block_);
    loop_->stop();
    take(block_);
    return true;
  };
  EXPECT_FALSE(loop_->step(turn_));
  EXPECT_FALSE(loop_->rest(turn_, 1h));
  EXPECT_EQ(world_->closings, 1);
  EXPECT_EQ(loop_->state().samples, kBlockSamples) << "what comes after the stop counts nowhere";
}

TEST(ChooseDongleTest, BySerialByIndexOrTheFirst) {
  const std::vector<DongleName> names{{0, "00000001", ""}, {1, "1", ""}, {2, "", ""}};
  EXPECT_EQ(choose_dongle("", names)->index, 0U);
  EXPECT_EQ(choose_dongle("1", names)->index, 1U) << "the serial comes first";
  EXPECT_EQ(choose_dongle("2", names)->index, 2U);
  EXPECT_EQ(choose_dongle("0", names)->index, 0U);
  EXPECT_FALSE(choose_dongle("01", names)) << "no index is written like that";
}

TEST(ChooseDongleTest, SaysWhatIsThereInstead) {
  const auto none = choose_dongle("3", {{0, "00000001", ""}, {1, "77", ""}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(none.error().message, HasSubstr("plugged in: 00000001, 77"));
  const auto unread = choose_dongle("3", {{0, "00000001", ""}, {1, "", ""}});
  ASSERT_FALSE(unread);
  EXPECT_EQ(unread.error().code, ErrorCode::kPermissionDenied);
  EXPECT_THAT(unread.error().message, HasSubstr("that of number 1 cannot be read"));
}

}  // namespace
}  // namespace airspool::radio
