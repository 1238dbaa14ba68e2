// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/modes/demodulator.h>

#include "test_signal.h"

namespace airspool::modes {
namespace {

using test::TestSignal;
using test::with_parity;
using Bytes = std::vector<std::uint8_t>;

constexpr double kNoise = 1.1e-3;  // -29.6 dBFS

Bytes squitter(std::uint8_t salt = 0) {
  return with_parity({0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, salt, 0, 0, 0});
}
Bytes altitude_reply() { return with_parity({0x20, 0x00, 0x0C, 0x38, 0, 0, 0}, 0x4840D6); }

struct Heard {
  DemodulatorStats stats;
  FrameSink sink;
};

Heard hear(const TestSignal& signal, Effort effort = Effort::kFull) {
  Demodulator demodulator = Demodulator::create({.effort = effort}).value();
  Heard heard;
  const auto bytes = signal.cu8();
  demodulator.process({bytes, SampleFormat::kCu8, 0}, heard.sink);
  demodulator.finish(heard.sink);
  heard.stats = demodulator.take_stats();
  return heard;
}

template <typename Counts>
std::uint64_t sum(const Counts& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

TEST(DemodulatorStatsTest, CountsSamplesAndTheNoiseThatIsInThem) {
  TestSignal signal(2'400'000, 0.2);
  signal.add_noise(kNoise);
  const DemodulatorStats stats = hear(signal).stats;
  EXPECT_EQ(stats.samples, 480'000U);
  EXPECT_EQ(stats.samples_missing, 0U);
  EXPECT_EQ(stats.noise_samples, stats.samples);
  EXPECT_NEAR(stats.noise_floor_dbfs().value(), -29.6, 0.3);
  EXPECT_FALSE(stats.mean_signal_dbfs()) << "no frame, no level";
  EXPECT_FALSE(stats.peak_signal_dbfs());
}

TEST(DemodulatorStatsTest, TrafficDoesNotRaiseTheNoiseFloor) {
  TestSignal signal(2'400'000, 0.1);
  for (int k = 0; k < 100; ++k) signal.add({squitter(), 300e-6 + k * 0.9e-3, 0.5, 0.1 * k});
  signal.add_noise(kNoise);
  EXPECT_NEAR(hear(signal).stats.noise_floor_dbfs().value(), -29.6, 0.5);
}

TEST(DemodulatorStatsTest, CountsEachFrameInEveryDivision) {
  TestSignal signal(2'400'000, 0.25, 5);
  for (int k = 0; k < 120; ++k) {
    const double amplitude = 0.05 + 0.0008 * k;  // 3 to 12 dB
    signal.add({squitter(static_cast<std::uint8_t>(k)), 300e-6 + k * 2.0037e-3, amplitude, 0.7 * k, 500.0 * k});
    signal.add({altitude_reply(), 700e-6 + k * 2.0037e-3, amplitude, 0.3 * k});
  }
  signal.add_noise(kNoise);
  for (const Effort effort : {Effort::kFull, Effort::kBalanced, Effort::kEco}) {
    const Heard heard = hear(signal, effort);
    const DemodulatorStats& stats = heard.stats;
    EXPECT_GT(stats.frames, 20U);
    EXPECT_EQ(stats.frames, heard.sink.frames.size());
    EXPECT_EQ(stats.by_format[17] + stats.by_format[4], stats.frames);
    EXPECT_EQ(sum(stats.by_corrected_bits), stats.frames);
    EXPECT_EQ(sum(stats.by_step), stats.frames);
    EXPECT_EQ(stats.by_effort[static_cast<std::size_t>(effort)], stats.frames);
    EXPECT_EQ(stats.by_step[static_cast<std::size_t>(FoundBy::kCodewordSearch)],
              stats.frames - stats.by_corrected_bits[0]);
    EXPECT_GE(stats.preambles, stats.frames + stats.not_pulses);
  }
}

TEST(DemodulatorStatsTest, EcoNeverLooksAtThePhase) {
  TestSignal signal(2'400'000, 0.05);
  for (int k = 0; k < 40; ++k) signal.add({squitter(), 300e-6 + k * 1.0037e-3, 0.08, 0.1 * k});
  signal.add_noise(kNoise);
  EXPECT_GT(hear(signal, Effort::kFull).stats.by_step[static_cast<std::size_t>(FoundBy::kPhase)], 0U);
  EXPECT_EQ(hear(signal, Effort::kEco).stats.by_step[static_cast<std::size_t>(FoundBy::kPhase)], 0U);
}

TEST(DemodulatorStatsTest, CountsAFrameThatLayUnderAnother) {
  TestSignal signal(2'400'000, 2e-3);
  signal.add({squitter(1), 500e-6, 0.1});
  signal.add({squitter(2), 550e-6, 0.6, 1.0, 40e3});
  signal.add_noise(kNoise);
  const DemodulatorStats stats = hear(signal).stats;
  EXPECT_EQ(stats.frames, 2U);
  EXPECT_EQ(stats.uncovered, 1U);
}

TEST(DemodulatorStatsTest, CountsAReplyThatWaitedForItsAddress) {
  TestSignal signal(2'400'000, 0.1);
  signal.add({altitude_reply(), 500e-6});
  signal.add({squitter(), 90e-3});
  signal.add({altitude_reply(), 95e-3});
  signal.add_noise(kNoise);
  const DemodulatorStats stats = hear(signal).stats;
  EXPECT_EQ(stats.frames, 3U);
  EXPECT_EQ(stats.awaited, 1U);
}

TEST(DemodulatorStatsTest, TellsMeanAndPeakAndWhatIsTooStrong) {
  TestSignal signal(2'400'000, 4e-3);
  signal.add({squitter(1), 500e-6, 0.1});
  signal.add({squitter(2), 1500e-6, 0.9});
  signal.add_noise(kNoise);
  const Heard heard = hear(signal);
  ASSERT_EQ(heard.sink.frames.size(), 2U);
  EXPECT_EQ(heard.stats.strong, 1U);
  EXPECT_NEAR(heard.stats.peak_signal_dbfs().value(), heard.sink.frames[1].signal_dbfs, 0.01);
  EXPECT_LT(heard.stats.mean_signal_dbfs().value(), heard.stats.peak_signal_dbfs().value() - 2.5);
}

TEST(DemodulatorStatsTest, CountsSamplesThatTheSourceLeftOut) {
  TestSignal signal(2'400'000, 2e-3);
  signal.add_noise(kNoise);
  const auto bytes = signal.cu8();
  Demodulator demodulator = Demodulator::create({}).value();
  FrameSink sink;
  demodulator.process({bytes, SampleFormat::kCu8, 1'000'000}, sink);  // a source may begin anywhere
  demodulator.process({bytes, SampleFormat::kCu8, 1'004'800}, sink);
  demodulator.process({bytes, SampleFormat::kCu8, 1'009'700}, sink);
  demodulator.process({bytes, SampleFormat::kCu8, 0}, sink);  // and again
  const DemodulatorStats stats = demodulator.take_stats();
  EXPECT_EQ(stats.samples, 4U * 4'800U);
  EXPECT_EQ(stats.samples_missing, 100U);
}

TEST(DemodulatorStatsTest, EachLookBeginsAnew) {
  TestSignal signal(2'400'000, 2e-3);
  signal.add({squitter(), 500e-6});
  signal.add_noise(kNoise);
  const auto bytes = signal.cu8();
  Demodulator demodulator = Demodulator::create({}).value();
  FrameSink sink;
  demodulator.process({bytes, SampleFormat::kCu8, 0}, sink);
  demodulator.finish(sink);
  EXPECT_EQ(demodulator.take_stats().frames, 1U);
  EXPECT_EQ(demodulator.take_stats().frames, 0U);
  EXPECT_EQ(demodulator.take_stats().samples, 0U);
}

TEST(DemodulatorStatsTest, StretchesOfTimeAddUp) {
  DemodulatorStats first;
  first.frames = 1;
  first.signal_power = first.peak_power = 0.01F;
  first.noise_power = 0.001 * 100;
  first.noise_samples = 100;
  first.by_format[17] = 1;
  DemodulatorStats second;
  second.frames = 1;
  second.signal_power = second.peak_power = 0.1F;
  second.noise_power = 0.003 * 100;
  second.noise_samples = 100;
  second.by_format[17] = 1;
  first += second;
  EXPECT_EQ(first.by_format[17], 2U);
  EXPECT_NEAR(first.peak_signal_dbfs().value(), -10.0, 1e-4);
  EXPECT_NEAR(first.mean_signal_dbfs().value(), -12.596, 1e-3);
  EXPECT_NEAR(first.noise_floor_dbfs().value(), -26.99, 1e-2);
}

}  // namespace
}  // namespace airspool::modes
