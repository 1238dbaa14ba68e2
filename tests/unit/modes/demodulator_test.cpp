// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

#include "test_signal.h"

namespace airspool::modes {
namespace {

using test::TestSignal;
using test::Transmission;
using test::with_parity;
using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kAddress = 0x4840D6;
constexpr double kNoise = 1.1e-3;  // about 3 steps of an 8-bit converter in I and in Q

Bytes squitter(std::uint8_t salt = 0) {
  return with_parity({0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, salt, 0, 0, 0});
}
Bytes altitude_reply() { return with_parity({0x20, 0x00, 0x0C, 0x38, 0, 0, 0}, kAddress); }
Bytes all_call(std::uint32_t interrogator) { return with_parity({0x5D, 0x48, 0x40, 0xD6, 0, 0, 0}, interrogator); }

Bytes bytes_of(const ModeSFrame& frame) { return {frame.view().begin(), frame.view().end()}; }

std::vector<Bytes> all_bytes(const FrameSink& sink) {
  std::vector<Bytes> result;
  for (const ModeSFrame& frame : sink.frames) result.push_back(bytes_of(frame));
  return result;
}

std::uint64_t rejected(const FrameSink& sink, FrameReject reason) {
  return sink.rejects[static_cast<std::size_t>(reason)];
}

Demodulator make(std::uint32_t rate, std::uint32_t wait_ms = 500) {
  return Demodulator::create({.sample_rate_hz = rate, .address_wait_ms = wait_ms}).value();
}

void feed(Demodulator& demodulator, const std::vector<std::byte>& bytes, FrameSink& sink,
          std::uint64_t first_sample = 0, std::size_t block_samples = std::numeric_limits<std::size_t>::max(),
          SampleFormat format = SampleFormat::kCu8) {
  const std::size_t size = bytes_per_sample(format);
  const std::size_t samples = bytes.size() / size;
  for (std::size_t done = 0; done < samples;) {
    const std::size_t count = std::min(block_samples, samples - done);
    demodulator.process({std::span(bytes).subspan(done * size, count * size), format, first_sample + done}, sink);
    done += count;
  }
}

FrameSink demodulate(std::uint32_t rate, const TestSignal& signal) {
  Demodulator demodulator = make(rate);
  FrameSink sink;
  feed(demodulator, signal.cu8(), sink);
  demodulator.finish(sink);
  return sink;
}

// A busy 60 ms: squitters, replies of the same and of unknown aircraft, at all sub-sample times.
TestSignal busy_sky(std::uint32_t rate) {
  TestSignal signal(rate, 0.06, 11);
  for (int k = 0; k < 40; ++k) {
    const double start = 200e-6 + k * 1.4371e-3;
    const double amplitude = 0.12 + 0.01 * (k % 7);
    signal.add({squitter(static_cast<std::uint8_t>(k)), start, amplitude, 0.1 * k, 1000.0 * k});
    signal.add({k % 2 == 0 ? altitude_reply() : all_call(5), start + 400e-6, amplitude, 0.2 * k, -900.0 * k});
    signal.add({with_parity({0x28, 0, 0, 1, 0, 0, 0}, 0xABCDEFU + static_cast<std::uint32_t>(k)), start + 700e-6});
  }
  signal.add_noise(kNoise);
  return signal;
}

TEST(DemodulatorTest, RefusesARateItCannotServe) {
  const auto demodulator = Demodulator::create({.sample_rate_hz = 1'000'000});
  ASSERT_FALSE(demodulator.has_value());
  EXPECT_EQ(demodulator.error().code, ErrorCode::kUsage);
  EXPECT_NE(demodulator.error().message.find("2400000"), std::string::npos);
}

TEST(DemodulatorTest, RefusesToWaitForAnAddressLongerThanASecond) {
  EXPECT_FALSE(Demodulator::create({.address_wait_ms = 1001}).has_value());
  EXPECT_TRUE(Demodulator::create({.address_wait_ms = 1000}).has_value());
}

class DemodulatorRateTest : public testing::TestWithParam<std::uint32_t> {
 protected:
  // In the middle of a half-bit: at 2.0 MS/s a frame whose pulse edges meet the samples has little contrast.
  [[nodiscard]] double start_near(double seconds) const {
    return (std::floor(seconds * GetParam()) + 0.5) / GetParam();
  }
};
INSTANTIATE_TEST_SUITE_P(Rates, DemodulatorRateTest, testing::Values(2'000'000U, 2'400'000U));

TEST_P(DemodulatorRateTest, FindsASquitterWithItsTimeAndLevel) {
  TestSignal signal(GetParam(), 2e-3);
  const double start = start_near(700e-6);
  signal.add({squitter(), start, 0.2});
  signal.add_noise(kNoise);
  const FrameSink sink = demodulate(GetParam(), signal);
  ASSERT_EQ(sink.frames.size(), 1U);
  EXPECT_EQ(bytes_of(sink.frames[0]), squitter());
  EXPECT_EQ(sink.frames[0].corrected_bits, 0);
  EXPECT_NEAR(static_cast<double>(sink.frames[0].timestamp_12mhz), (start + 64e-6) * 12e6, 1.5);
  EXPECT_NEAR(sink.frames[0].signal_dbfs, -14.0, 2.0);
}

TEST(DemodulatorTest, KnowsTheTimeToSomeNanoseconds) {
  constexpr int kFrames = 60;
  TestSignal signal(2'400'000, 0.05, 3);
  std::vector<double> starts;
  for (int k = 0; k < kFrames; ++k) {
    starts.push_back(300e-6 + k * 0.80037e-3);
    signal.add({squitter(static_cast<std::uint8_t>(k)), starts.back(), 0.235, 0.7 * k, 800.0 * k});  // 17 dB
  }
  signal.add_noise(kNoise);
  const FrameSink sink = demodulate(2'400'000, signal);
  ASSERT_EQ(sink.frames.size(), starts.size());
  double sum = 0.0;
  double squares = 0.0;
  for (std::size_t k = 0; k < starts.size(); ++k) {
    EXPECT_LE(std::abs(sink.frames[k].timestamp_fraction), 0.5F);
    const double tick =
        static_cast<double>(sink.frames[k].timestamp_12mhz) + static_cast<double>(sink.frames[k].timestamp_fraction);
    const double error_ns = (tick / 12e6 - starts[k] - 64e-6) * 1e9;
    sum += error_ns;
    squares += error_ns * error_ns;
  }
  const double mean = sum / kFrames;
  EXPECT_LT(std::abs(mean), 50.0);  // what the receiver's filter adds is the same for all
  EXPECT_LT(std::sqrt(squares / kFrames - mean * mean), 12.0);
}

TEST(DemodulatorTest, HearsACarrierAMegahertzOff) {
  // The limit of Annex 10 Vol IV 3.1.2.1.1, where the receiver's filter takes most of it.
  for (const double carrier_hz : {-1.0e6, -0.6e6, 0.6e6, 1.0e6}) {
    TestSignal signal(2'400'000, 2e-3);
    signal.add({squitter(), 700e-6, 0.4, 0.3, carrier_hz});
    signal.add_noise(kNoise);
    EXPECT_EQ(all_bytes(demodulate(2'400'000, signal)), std::vector<Bytes>{squitter()}) << carrier_hz;
  }
}

TEST(DemodulatorTest, HearsWeakerFramesTheMoreEffortItMakes) {
  TestSignal signal(2'400'000, 0.25, 5);
  for (int k = 0; k < 120; ++k) {
    const double amplitude = 0.05 + 0.0008 * k;  // 3 to 12 dB
    signal.add({squitter(static_cast<std::uint8_t>(k)), 300e-6 + k * 2.0037e-3, amplitude, 0.7 * k, 500.0 * k});
  }
  signal.add_noise(kNoise);
  std::size_t last = 0;
  for (const Effort effort : {Effort::kEco, Effort::kBalanced, Effort::kFull}) {
    Demodulator demodulator = Demodulator::create({.effort = effort}).value();
    FrameSink sink;
    feed(demodulator, signal.cu8(), sink);
    demodulator.finish(sink);
    EXPECT_GT(sink.frames.size(), last);
    last = sink.frames.size();
    for (const Bytes& bytes : all_bytes(sink)) EXPECT_EQ(bytes, squitter(bytes[10]));
  }
  EXPECT_GT(last, 60U);
}

TEST_P(DemodulatorRateTest, ReadsSixteenBitSamplesAlike) {
  TestSignal signal(GetParam(), 2e-3);
  signal.add({squitter(), start_near(700e-6), 0.01});
  signal.add_noise(1e-6);
  Demodulator demodulator = make(GetParam());
  FrameSink sink;
  feed(demodulator, signal.cs16(), sink, 0, 4096, SampleFormat::kCs16);
  demodulator.finish(sink);
  ASSERT_EQ(sink.frames.size(), 1U);
  EXPECT_NEAR(sink.frames[0].signal_dbfs, -40.0, 2.0);
}

TEST_P(DemodulatorRateTest, FindsTheSameFramesHoweverTheStreamIsCut) {
  const auto bytes = busy_sky(GetParam()).cu8();
  std::vector<ModeSFrame> whole;
  for (const std::size_t block : {std::numeric_limits<std::size_t>::max(), std::size_t{1}, std::size_t{7},
                                  std::size_t{1000}, std::size_t{16384}, std::size_t{16712}}) {
    Demodulator demodulator = make(GetParam());
    FrameSink sink;
    feed(demodulator, bytes, sink, 0, block);
    demodulator.finish(sink);
    if (whole.empty()) whole = sink.frames;
    ASSERT_GE(sink.frames.size(), 50U);
    ASSERT_EQ(sink.frames.size(), whole.size()) << "blocks of " << block;
    for (std::size_t k = 0; k < whole.size(); ++k) {
      EXPECT_EQ(bytes_of(sink.frames[k]), bytes_of(whole[k]));
      EXPECT_EQ(sink.frames[k].timestamp_12mhz, whole[k].timestamp_12mhz);
      EXPECT_EQ(sink.frames[k].signal_dbfs, whole[k].signal_dbfs);
    }
  }
}

TEST_P(DemodulatorRateTest, GivesFramesInOrderOfTimeAcrossBlocks) {
  const auto bytes = busy_sky(GetParam()).cu8();
  Demodulator demodulator = make(GetParam(), 5);
  FrameSink sink;
  feed(demodulator, bytes, sink, 0, 512);
  EXPECT_FALSE(sink.frames.empty());  // the wait is over for most
  demodulator.finish(sink);
  for (std::size_t k = 1; k < sink.frames.size(); ++k) {
    EXPECT_LE(sink.frames[k - 1].timestamp_12mhz, sink.frames[k].timestamp_12mhz);
  }
}

TEST_P(DemodulatorRateTest, HearsNothingInNoise) {
  TestSignal signal(GetParam(), 0.5, 42);
  signal.add_noise(kNoise);
  const FrameSink sink = demodulate(GetParam(), signal);
  EXPECT_TRUE(sink.frames.empty());
}

TEST_P(DemodulatorRateTest, HearsNothingInRandomBytes) {
  std::vector<std::byte> bytes(1'000'000);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::byte>(state >> 24U);
  }
  Demodulator demodulator = make(GetParam());
  FrameSink sink;
  feed(demodulator, bytes, sink);
  demodulator.finish(sink);
  EXPECT_TRUE(sink.frames.empty());
}

TEST_P(DemodulatorRateTest, HearsAFrameThatDrivesTheConverterIntoItsLimits) {
  TestSignal signal(GetParam(), 2e-3);
  signal.add({squitter(), start_near(700e-6), 3.0});
  signal.add_noise(kNoise);
  EXPECT_EQ(all_bytes(demodulate(GetParam(), signal)), std::vector<Bytes>{squitter()});
}

TEST_P(DemodulatorRateTest, NeverSaysThatAFrameIsStrongerThanTheConverterCanShow) {
  for (const double phase : {0.0, 0.4, 0.785}) {
    TestSignal signal(GetParam(), 2e-3);
    signal.add({squitter(), start_near(700e-6), 12.0, phase});
    signal.add_noise(kNoise);
    for (const ModeSFrame& frame : demodulate(GetParam(), signal).frames) EXPECT_LE(frame.signal_dbfs, 3.011F);
  }
}

TEST_P(DemodulatorRateTest, StartsAnewAfterAnEndWhateverCameBefore) {
  TestSignal noisy(GetParam(), 0.02, 3);
  noisy.add_noise(0.05);
  noisy.add_dc(0.2, -0.1);
  TestSignal quiet(GetParam(), 2e-3);
  quiet.add({squitter(), start_near(700e-6), 0.05});
  quiet.add_noise(1e-4);
  Demodulator demodulator = make(GetParam());
  FrameSink sink;
  feed(demodulator, noisy.cu8(), sink);
  demodulator.finish(sink);
  feed(demodulator, quiet.cu8(), sink);
  demodulator.finish(sink);
  EXPECT_EQ(all_bytes(sink), std::vector<Bytes>{squitter()});
}

TEST_P(DemodulatorRateTest, LooksPastAnOffsetOfTheConverter) {
  TestSignal signal(GetParam(), 5e-3);
  signal.add({squitter(), start_near(2e-3), 0.12});
  signal.add_noise(kNoise);
  signal.add_dc(0.04, -0.03);
  EXPECT_EQ(all_bytes(demodulate(GetParam(), signal)), std::vector<Bytes>{squitter()});
}

TEST_P(DemodulatorRateTest, HearsAFrameInPerfectSilence) {
  TestSignal signal(GetParam(), 2e-3);
  signal.add({squitter(), start_near(700e-6), 0.5});
  EXPECT_EQ(all_bytes(demodulate(GetParam(), signal)), std::vector<Bytes>{squitter()});
}

TEST_P(DemodulatorRateTest, FindsTwoFramesThatLieOverEachOther) {
  TestSignal signal(GetParam(), 2e-3);
  signal.add({squitter(1), start_near(500e-6), 0.1});
  signal.add({squitter(2), start_near(550e-6), 0.8, 1.0, 40e3});
  signal.add_noise(kNoise);
  EXPECT_EQ(all_bytes(demodulate(GetParam(), signal)), (std::vector<Bytes>{squitter(1), squitter(2)}));
}

TEST(DemodulatorTest, BelievesAReplyOnlyFromAKnownAddress) {
  TestSignal signal(2'400'000, 2e-3);
  signal.add({altitude_reply(), 500e-6});
  signal.add({all_call(3), 900e-6});
  signal.add_noise(kNoise);
  const FrameSink sink = demodulate(2'400'000, signal);
  EXPECT_TRUE(sink.frames.empty());
  EXPECT_GE(rejected(sink, FrameReject::kUnknownAddress), 1U);
}

TEST(DemodulatorTest, LearnsAnAddressFromAnAllCallSquitter) {
  TestSignal signal(2'400'000, 3e-3);
  signal.add({all_call(0), 500e-6});
  signal.add({altitude_reply(), 900e-6});
  signal.add({all_call(3), 1300e-6});
  signal.add_noise(kNoise);
  EXPECT_EQ(all_bytes(demodulate(2'400'000, signal)), (std::vector<Bytes>{all_call(0), altitude_reply(), all_call(3)}));
}

TEST(DemodulatorTest, HoldsAReplyUntilItsAddressIsProved) {
  TestSignal signal(2'400'000, 0.1);
  signal.add({altitude_reply(), 500e-6});
  signal.add({squitter(), 90e-3});
  signal.add_noise(kNoise);
  EXPECT_EQ(all_bytes(demodulate(2'400'000, signal)), (std::vector<Bytes>{altitude_reply(), squitter()}));
}

TEST(DemodulatorTest, HoldsAReplyNoLongerThanTheWait) {
  TestSignal signal(2'400'000, 0.1);
  signal.add({altitude_reply(), 500e-6});
  signal.add({squitter(), 90e-3});
  signal.add_noise(kNoise);
  Demodulator demodulator = make(2'400'000, 20);
  FrameSink sink;
  feed(demodulator, signal.cu8(), sink);
  demodulator.finish(sink);
  EXPECT_EQ(all_bytes(sink), std::vector<Bytes>{squitter()});
}

TEST(DemodulatorTest, CountsAFrameCutByTheEndOfTheStream) {
  TestSignal signal(2'400'000, 560e-6);
  signal.add({squitter(), 500e-6});
  signal.add_noise(kNoise);
  const FrameSink sink = demodulate(2'400'000, signal);
  EXPECT_TRUE(sink.frames.empty());
  EXPECT_GE(rejected(sink, FrameReject::kTruncated), 1U);
  EXPECT_LE(rejected(sink, FrameReject::kTruncated), 3U);  // its own bits may look like the start of another
}

TEST(DemodulatorTest, CutsAtAGapAndCountsTheLostSamplesInTheTimes) {
  TestSignal before(2'400'000, 560e-6);
  before.add({squitter(1), 500e-6});
  before.add_noise(kNoise);
  TestSignal after(2'400'000, 2e-3);
  after.add({squitter(2), 1e-3});
  after.add_noise(kNoise);
  Demodulator demodulator = make(2'400'000);
  FrameSink sink;
  feed(demodulator, before.cu8(), sink);
  feed(demodulator, after.cu8(), sink, 2'400'000);
  demodulator.finish(sink);
  EXPECT_GE(rejected(sink, FrameReject::kTruncated), 1U);
  EXPECT_LE(rejected(sink, FrameReject::kTruncated), 3U);  // its own bits may look like the start of another
  ASSERT_EQ(sink.frames.size(), 1U);
  EXPECT_NEAR(static_cast<double>(sink.frames[0].timestamp_12mhz), (1.0 + 1e-3 + 64e-6) * 12e6, 1.5);
}

TEST(DemodulatorTest, StartsAgainWhenTheStreamJumpsBack) {
  TestSignal signal(2'400'000, 2e-3);
  signal.add({squitter(), 1e-3});
  signal.add_noise(kNoise);
  Demodulator demodulator = make(2'400'000);
  FrameSink sink;
  feed(demodulator, signal.cu8(), sink, 1'000'000);
  feed(demodulator, signal.cu8(), sink, 0);
  demodulator.finish(sink);
  ASSERT_EQ(sink.frames.size(), 2U);
  EXPECT_LT(sink.frames[1].timestamp_12mhz, sink.frames[0].timestamp_12mhz);
}

TEST(DemodulatorTest, TakesAnEmptyStream) {
  Demodulator demodulator = make(2'400'000);
  FrameSink sink;
  demodulator.process({}, sink);
  demodulator.finish(sink);
  demodulator.finish(sink);
  EXPECT_TRUE(sink.frames.empty());
}

}  // namespace
}  // namespace airspool::modes
