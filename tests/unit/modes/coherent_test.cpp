// SPDX-License-Identifier: Apache-2.0
// The parts that know of the carrier: reading by its phase, and taking a frame out of the samples.
#include "coherent.h"

#include <cmath>
#include <cstdint>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "canceller.h"
#include "test_signal.h"

namespace airspool::modes {
namespace {

constexpr int kTicks = 5;  // a sample at 2.4 MS/s
constexpr std::size_t kSamples = 420;
constexpr double kStart = 100.0;  // ticks

std::vector<std::uint8_t> squitter() {
  return test::with_parity({0x8D, 0x48, 0x40, 0xD6, 0x20, 0x2C, 0xC3, 0x71, 0xC3, 0x2C, 0xE0, 0, 0, 0});
}

class CoherentTest : public testing::Test {
 protected:
  void send(double amplitude, double carrier_hz, double noise, double late_ticks = 0.0) {
    test::TestSignal signal(2'400'000, kSamples / 2.4e6, 9);
    signal.add({squitter(), (kStart + late_ticks) / 12e6, amplitude, 1.0, carrier_hz});
    signal.add_noise(noise);
    const auto bytes = signal.cs16();
    for (std::size_t n = 0; n < kSamples; ++n) {
      const auto word = [&](std::size_t at) {
        return static_cast<float>(static_cast<std::int16_t>(std::to_integer<int>(bytes[at]) |
                                                            std::to_integer<int>(bytes[at + 1]) << 8)) /
               32768.0F;
      };
      i_[n] = word(4 * n);
      q_[n] = word(4 * n + 2);
    }
    filter_.run(i_.data(), q_.data(), 0, kSamples - 2);
    soft_.bits = kLongBits;
    for (std::size_t bit = 0; bit < kLongBits; ++bit) {
      soft_.llr[bit] = (squitter()[bit / 8] >> (7 - bit % 8) & 1U) != 0 ? 1.0F : -1.0F;
    }
  }
  // Turns the phase of each bit by this much, up or down without order.
  void shake(float radians) {
    std::uint32_t dice = 1;
    std::size_t last_bit = 0;
    float angle = radians;
    for (std::size_t n = 0; n < kSamples; ++n) {
      const std::size_t bit = (n * kTicks + 1'000'000 * 12 - static_cast<std::size_t>(kStart)) / 12;
      if (bit != last_bit) {
        dice = dice * 1'664'525U + 1'013'904'223U;
        angle = dice >> 31U != 0 ? radians : -radians;
        last_bit = bit;
      }
      const float i = i_[n];
      i_[n] = i * std::cos(angle) - q_[n] * std::sin(angle);
      q_[n] = q_[n] * std::cos(angle) + i * std::sin(angle);
    }
    filter_.run(i_.data(), q_.data(), 0, kSamples - 2);
  }
  float certainty() const {
    float sum = 0.0F;
    for (std::size_t bit = 0; bit < kLongBits; ++bit) sum += std::abs(soft_.llr[bit]);
    return sum;
  }
  float power() const {
    float sum = 0.0F;
    for (std::size_t n = 0; n < kSamples; ++n) sum += i_[n] * i_[n] + q_[n] * q_[n];
    return sum;
  }

  PulseShape shape_{kTicks};
  MatchedFilter filter_{shape_, kTicks, kSamples};
  FirstLook look_{filter_, 0.5F};
  CoherentReader reader_{filter_, look_};
  Canceller canceller_{shape_, kTicks};
  std::vector<float> i_ = std::vector<float>(kSamples);
  std::vector<float> q_ = std::vector<float>(kSamples);
  SoftBits soft_;
};

TEST_F(CoherentTest, FindsTheCarrier) {
  for (const double carrier_hz : {-700e3, -60e3, 0.0, 12e3, 180e3}) {
    send(0.5, carrier_hz, 1e-4);
    reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-4F, soft_);
    const double turn = 2.0 * std::numbers::pi * carrier_hz * 0.5e-6;
    EXPECT_NEAR(reader_.track().turn, turn, 0.004) << carrier_hz;
  }
}

TEST_F(CoherentTest, CorrectsWhatWasReadWrong) {
  send(0.5, 30e3, 1e-3);
  for (const std::size_t bit : {3U, 20U, 21U, 50U, 77U, 111U}) soft_.llr[bit] = -soft_.llr[bit];
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-3F, soft_);
  const auto bytes = decided(soft_);
  EXPECT_TRUE(std::equal(bytes.begin(), bytes.end(), squitter().begin()));
}

// A transmitter whose pulses have no steady phase is not a noisy band: its bits are nearly as certain.
TEST_F(CoherentTest, DoesNotTakeAnUnsteadyPhaseForNoise) {
  constexpr float kNoise = 2e-3F;
  send(0.1, 30e3, kNoise);
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, kNoise, soft_);
  const float steady = certainty();
  send(0.1, 30e3, kNoise);
  shake(0.4F);
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, kNoise, soft_);
  EXPECT_GT(certainty(), 0.72F * steady);  // taken for noise it would leave 0.65
}

TEST_F(CoherentTest, SaysHowStrongTheFrameIs) {
  send(0.3, 0.0, 1e-5);
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-5F, soft_);
  EXPECT_NEAR(reader_.track().amplitude, 0.3, 0.03);
}

TEST_F(CoherentTest, LeavesLittleOfAFrameThatItTakesOut) {
  send(0.5, 25e3, 1e-6);
  const float before = power();
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-6F, soft_);
  const Cancelled cancelled = canceller_.cancel(static_cast<float>(kStart), soft_, reader_.track(), i_, q_);
  EXPECT_LT(power(), 0.01F * before);
  EXPECT_LE(cancelled.first, static_cast<std::size_t>(kStart / kTicks));
  EXPECT_GE(cancelled.last, static_cast<std::size_t>(kStart / kTicks) + 288);
}

TEST_F(CoherentTest, NoticesThatTheEdgesLieLater) {
  float before = -1.0F;
  for (const double late : {-0.4, 0.0, 0.4}) {
    send(0.5, 25e3, 1e-6, late);
    reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-6F, soft_);
    const Cancelled cancelled = canceller_.cancel(static_cast<float>(kStart), soft_, reader_.track(), i_, q_);
    EXPECT_GT(cancelled.late_ticks, before + 0.2F);
    before = cancelled.late_ticks;
  }
}

TEST_F(CoherentTest, TakesOutAFrameAtTheVeryEdgeOfTheSamples) {
  send(0.5, 0.0, 1e-6);
  reader_.read(static_cast<std::size_t>(kStart), 0.0F, 1e-6F, soft_);
  for (const float start : {0.0F, 1.0F, 2099.0F}) {
    canceller_.cancel(start, soft_, reader_.track(), i_, q_);
    EXPECT_TRUE(std::isfinite(power()));
  }
}

}  // namespace
}  // namespace airspool::modes
