// SPDX-License-Identifier: Apache-2.0
#include "radio_stage.h"

#include <chrono>
#include <utility>

#include <gtest/gtest.h>

#include <airspool/radio/sim_source.h>

namespace airspool::collector {
namespace {

using namespace std::chrono_literals;

// A second of a simulated sky, as a source gives it that has been running for a while.
class LateSource final : public radio::SampleSource {
 public:
  explicit LateSource(std::uint64_t samples_before, Result<IqBlock> last = IqBlock{})
      : samples_before_(samples_before), last_(std::move(last)) {
    radio::SimSourceSettings settings;
    settings.sim.seconds = 1.0;
    settings.pace = radio::Pace::kFast;
    sky_ = std::move(radio::SimSource::open(settings).value());
  }
  [[nodiscard]] const radio::SourceInfo& info() const override { return sky_->info(); }
  Result<IqBlock> next() override {
    auto block = sky_->next();
    if (block && block->samples() == 0) return last_;
    if (block) block->first_sample += samples_before_;
    return block;
  }
  void stop() override { sky_->stop(); }

 private:
  std::uint64_t samples_before_;
  Result<IqBlock> last_;
  std::unique_ptr<radio::SampleSource> sky_;
};

class RadioStageTest : public testing::Test {
 protected:
  void run(std::unique_ptr<radio::SampleSource> source) {
    auto demodulator = modes::Demodulator::create({.sample_rate_hz = source->info().sample_rate_hz});
    ASSERT_TRUE(demodulator);
    RadioStage(std::move(source), std::move(*demodulator), {}, clock_, sky_, metrics_).run();
  }
  std::uint64_t count(const char* counter) { return metrics_.counter(counter, "").value(); }
  // All frames, each placed on the time line. Blocks of 55 ms and a wait of half a second for addresses: when a block
  // is handed over, its frames are not older than that.
  void expect_frames_of_the_last_second() {
    std::size_t frames = 0;
    while (auto input = sky_.try_pop()) {
      const auto& block = std::get<FrameBlock>(*input);
      EXPECT_EQ(block.end, clock_.boot_now());
      for (const modes::ModeSFrame& frame : block.frames) {
        EXPECT_LE(block.time_of(frame), clock_.boot_now());
        EXPECT_GE(block.time_of(frame), clock_.boot_now() - 1s);
        ++frames;
      }
    }
    EXPECT_GT(frames, 100U);
    EXPECT_EQ(count("airspool_frames_total"), frames);
  }

  SkyChannel sky_{64};
  ManualClock clock_{WallTime{1'790'000'000s}, BootTime{100s}};
  metrics::Registry metrics_;
};

TEST_F(RadioStageTest, PlacesFramesOnBootTime) {
  run(std::make_unique<LateSource>(0));
  expect_frames_of_the_last_second();
  EXPECT_EQ(count("airspool_samples_total"), 2'400'000U);
}

TEST_F(RadioStageTest, PlacesThemRightAfterAYear) {
  run(std::make_unique<LateSource>(366ULL * 86'400 * 2'400'000));
  expect_frames_of_the_last_second();
}

TEST_F(RadioStageTest, CountsTheFramesThatTheSkyDoesNotTake) {
  sky_.close();
  run(std::make_unique<LateSource>(0));
  EXPECT_GT(count("airspool_frames_total"), 100U);
  EXPECT_EQ(count("airspool_frames_dropped_total"), count("airspool_frames_total"));
}

TEST_F(RadioStageTest, KeepsWhatItHeardWhenTheSourceFails) {
  run(std::make_unique<LateSource>(0, fail(ErrorCode::kIo, "the dongle is gone")));
  expect_frames_of_the_last_second();
}

}  // namespace
}  // namespace airspool::collector
