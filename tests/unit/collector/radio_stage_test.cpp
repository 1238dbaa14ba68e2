// SPDX-License-Identifier: Apache-2.0
#include "radio_stage.h"

#include <chrono>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

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
    if (block) block->arrived = arrived_;
    return block;
  }
  void stop() override { sky_->stop(); }
  void arrived_at(BootTime time) { arrived_ = time; }

 private:
  std::optional<BootTime> arrived_;
  std::uint64_t samples_before_;
  Result<IqBlock> last_;
  std::unique_ptr<radio::SampleSource> sky_;
};

// Noise that fills the converter, from a tuner; each block was there a second before it is read.
class NoisyTuner final : public radio::SampleSource {
 public:
  NoisyTuner(radio::GainControl& gain, int seconds) : gain_(gain), blocks_left_(seconds * 2'400'000 / kSamples + 1) {
    std::uint32_t random = 1;
    for (std::byte& byte : block_) {
      random = random * 1'664'525U + 1'013'904'223U;
      byte = static_cast<std::byte>(random >> 24U);
    }
  }
  [[nodiscard]] const radio::SourceInfo& info() const override { return info_; }
  Result<IqBlock> next() override {
    if (blocks_left_-- == 0) return IqBlock{};
    return IqBlock{block_, SampleFormat::kCu8, std::exchange(position_, position_ + kSamples)};
  }
  void stop() override {}
  radio::GainControl* gain() override { return &gain_; }

 private:
  static constexpr int kSamples = 65'536;
  radio::GainControl& gain_;
  radio::SourceInfo info_{"noise", SampleFormat::kCu8, 2'400'000, std::nullopt};
  std::vector<std::byte> block_ = std::vector<std::byte>(2 * kSamples);
  int blocks_left_;
  std::uint64_t position_ = 0;
};

class RadioStageTest : public testing::Test {
 protected:
  void run(std::unique_ptr<radio::SampleSource> source) {
    auto demodulator = modes::Demodulator::create({.sample_rate_hz = source->info().sample_rate_hz});
    ASSERT_TRUE(demodulator);
    RadioStage(std::move(source), std::move(*demodulator), {}, clock_, sky_, metrics_, cpu_time_).run();
  }
  std::uint64_t count(const char* counter) { return metrics_.counter(counter, "").value(); }
  // All frames, each placed on the time line. Blocks of 55 ms and a wait of half a second for addresses: when a block
  // is handed over, its frames are not older than that.
  void expect_frames_of_the_last_second() {
    std::size_t frames = 0;
    while (auto input = sky_.try_pop()) {
      if (std::holds_alternative<Statistics::Radio>(*input)) continue;
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

  // What the sky thread is told of it, added up.
  Statistics told() {
    Statistics all;
    while (auto input = sky_.try_pop()) {
      const auto* radio = std::get_if<Statistics::Radio>(&*input);
      if (radio == nullptr) continue;
      Statistics fresh;
      fresh.radio = *radio;
      all += fresh;
      ++tellings_;
    }
    return all;
  }

  SkyChannel sky_{64};
  int tellings_ = 0;
  // A millisecond passes from each look at it to the next.
  CpuClock cpu_time_ = [this] { return cpu_ += 1ms; };
  Nanoseconds cpu_{0};
  ManualClock clock_{WallTime{1'790'000'000s}, BootTime{100s}};
  metrics::Registry metrics_;
};

TEST_F(RadioStageTest, PlacesFramesOnBootTime) {
  run(std::make_unique<LateSource>(0));
  expect_frames_of_the_last_second();
  EXPECT_EQ(count("airspool_samples_total"), 2'400'000U);
}

TEST_F(RadioStageTest, PlacesWhatWaitedWhereItCame) {
  auto source = std::make_unique<LateSource>(0);
  source->arrived_at(BootTime{99s});
  run(std::move(source));
  int blocks = 0;
  while (auto input = sky_.try_pop()) {
    if (const auto* block = std::get_if<FrameBlock>(&*input)) {
      EXPECT_EQ(block->end, BootTime{99s});
      ++blocks;
    }
  }
  EXPECT_GT(blocks, 5);
}

TEST_F(RadioStageTest, TheGainFollowsWhatIsHeard) {
  radio::GainControl gain({});
  std::vector<int> set;
  ASSERT_TRUE(gain.attach({0, 197, 402, 496}, [&](std::optional<int> tenth_db) -> Result<void> {
    set.push_back(tenth_db.value_or(-1));
    return {};
  }));
  run(std::make_unique<NoisyTuner>(gain, 20));
  EXPECT_EQ(set, (std::vector<int>{402, 197})) << gain.state().reason;
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

TEST_F(RadioStageTest, TellsTheSkyThreadOnceASecondWhatItCounted) {
  run(std::make_unique<LateSource>(0));
  const Statistics::Radio radio = told().radio;
  EXPECT_EQ(tellings_, 2) << "after the second, and at the end";
  EXPECT_EQ(radio.samples, 2'400'000U);
  EXPECT_EQ(radio.samples_missing, 0U);
  EXPECT_EQ(std::accumulate(radio.accepted.begin(), radio.accepted.end(), std::uint64_t{0}),
            count("airspool_frames_total"));
  EXPECT_EQ(radio.strong, count("airspool_frames_strong_total"));
  EXPECT_EQ(radio.preambles, count("airspool_preambles_total"));
  EXPECT_GT(radio.bad, 0U);
  EXPECT_NEAR(noise_dbfs(radio).value(), -29.5, 0.5);  // the simulator's: 3 steps of the converter
  EXPECT_GT(peak_dbfs(radio).value(), signal_dbfs(radio).value());
  EXPECT_GT(signal_dbfs(radio).value(), noise_dbfs(radio).value());
}

TEST_F(RadioStageTest, CountsFramesInEveryDivision) {
  run(std::make_unique<LateSource>(0));
  const std::uint64_t frames = count("airspool_frames_total");
  const auto sum = [&](const char* family, const char* label, const std::vector<const char*>& values) {
    std::uint64_t all = 0;
    for (const char* value : values) all += metrics_.counter(family, "", {{label, value}}).value();
    return all;
  };
  EXPECT_EQ(sum("airspool_frames_by_format_total", "df", {"0", "4", "5", "11", "16", "17", "18", "20", "21"}), frames);
  EXPECT_EQ(sum("airspool_frames_by_step_total", "step", {"first_look", "phase", "codeword_search"}), frames);
  EXPECT_EQ(sum("airspool_frames_by_effort_total", "effort", {"full"}), frames);
  std::uint64_t repaired = 0;
  for (int bits = 1; bits <= 15; ++bits) {
    repaired += metrics_.counter("airspool_frames_repaired_total", "", {{"bits", std::to_string(bits)}}).value();
  }
  EXPECT_EQ(repaired, sum("airspool_frames_by_step_total", "step", {"codeword_search"}));
}

TEST_F(RadioStageTest, CountsItsProcessorTime) {
  run(std::make_unique<LateSource>(0));  // 19 blocks and the end, a millisecond each
  EXPECT_EQ(metrics_.spent_time("airspool_demodulator_cpu_seconds_total", "").value(), 20ms);
  EXPECT_EQ(told().radio.cpu, 20ms);
}

TEST_F(RadioStageTest, WhatTheSkyThreadHadNoRoomForIsToldLater) {
  // Room for one: the frames of the first block take it, so that no second is told but the last.
  SkyChannel narrow(1);
  auto source = std::make_unique<LateSource>(0);
  auto demodulator = modes::Demodulator::create({.sample_rate_hz = source->info().sample_rate_hz});
  RadioStage stage(std::move(source), std::move(*demodulator), {}, clock_, narrow, metrics_, cpu_time_);
  stage.run();
  narrow.try_pop();
  stage.run();  // the source has ended: nothing is added
  const auto input = narrow.try_pop();
  ASSERT_TRUE(input);
  EXPECT_EQ(std::get<Statistics::Radio>(*input).samples, 2'400'000U);
}

TEST_F(RadioStageTest, KeepsWhatItHeardWhenTheSourceFails) {
  run(std::make_unique<LateSource>(0, fail(ErrorCode::kIo, "the dongle is gone")));
  expect_frames_of_the_last_second();
}

}  // namespace
}  // namespace airspool::collector
