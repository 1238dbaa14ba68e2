// SPDX-License-Identifier: Apache-2.0
#include "sim/modulator.h"

#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "sim/exact_math.h"
#include "sim/noise.h"

namespace airspool::radio::sim {
namespace {

constexpr double kRate = 2.4e6;

// The magnitude of the signal at each sample of a stretch that starts with sample `first`.
std::vector<double> magnitudes(double start_s, const std::vector<PulseRun>& runs, const Carrier& carrier, double rate,
                               std::uint64_t first, std::size_t count) {
  std::vector<float> i(count, 0.0F);
  std::vector<float> q(count, 0.0F);
  Modulator(rate).add(start_s, runs, carrier, first, i, q);
  std::vector<double> result;
  for (std::size_t n = 0; n < count; ++n) result.push_back(std::hypot(i[n], q[n]));
  return result;
}

TEST(ModulatorTest, PlacesPulsesByPositionModulation) {
  std::vector<PulseRun> runs;
  const std::uint8_t message[] = {0b10010000};
  mode_s_runs(message, runs);
  const std::vector<std::pair<double, double>> expected = {
      {0.0, 0.5},   {1.0, 1.5},   {3.5, 4.0},   {4.5, 5.0},  // preamble
      {8.0, 8.5},   {9.5, 10.0},  {10.5, 11.5},              // 1 0 (0 1: one long pulse)
      {12.5, 13.0}, {13.5, 14.0}, {14.5, 15.0}, {15.5, 16.0}};
  ASSERT_EQ(runs.size(), expected.size());
  for (std::size_t n = 0; n < runs.size(); ++n) {
    EXPECT_NEAR(runs[n].on_s * 1e6, expected[n].first, 1e-9);
    EXPECT_NEAR(runs[n].off_s * 1e6, expected[n].second, 1e-9);
  }
}

TEST(ModulatorTest, FramesAModeAReplyWithTwoPulses) {
  std::vector<PulseRun> runs;
  mode_ac_runs(0b100000000001, runs);
  ASSERT_EQ(runs.size(), 4U);
  EXPECT_NEAR(runs[1].on_s, 1.45e-6, 1e-15);
  EXPECT_NEAR(runs[2].on_s, 13 * 1.45e-6, 1e-15);
  EXPECT_NEAR(runs[3].on_s, 20.3e-6, 1e-15);
}

TEST(PulseShapeTest, FilterLosesThreeDecibelsAt1200Kilohertz) {
  EXPECT_NEAR(PulseShape::filter_gain(1.2e6, 0.0), 1.0, 1e-12);
  EXPECT_NEAR(20.0 * std::log10(PulseShape::filter_gain(1.2e6, 1.2e6)), -3.01, 0.01);
  EXPECT_LT(PulseShape::filter_gain(1.2e6, 4e6), 0.01);
}

TEST(PulseShapeTest, FilterStandsWhereItIsAskedFor) {
  for (const double filter_hz : {0.8e6, 0.9e6, 1.6e6, 2e6}) {
    EXPECT_NEAR(20.0 * std::log10(PulseShape::filter_gain(filter_hz, filter_hz)), -3.01, 0.01) << filter_hz;
  }
}

TEST(PulseShapeTest, AWiderFilterMakesSteeperEdges) {
  const auto from_tenth_to_nine_tenths_s = [](const PulseShape& shape) {
    double tenth_s = -0.5e-6;
    while (shape.rise(tenth_s) < 0.1F) tenth_s += 1e-9;
    double nine_tenths_s = tenth_s;
    while (shape.rise(nine_tenths_s) < 0.9F) nine_tenths_s += 1e-9;
    return nine_tenths_s - tenth_s;
  };
  const double usual_s = from_tenth_to_nine_tenths_s(PulseShape());
  EXPECT_LT(from_tenth_to_nine_tenths_s(PulseShape(1.6e6)), 0.85 * usual_s);
  EXPECT_GT(from_tenth_to_nine_tenths_s(PulseShape(0.9e6)), 1.15 * usual_s);
}

TEST(PulseShapeTest, EdgesAreHalfUpAtTheirTimeAndSettle) {
  const PulseShape shape;
  EXPECT_NEAR(shape.rise(0.0), 0.5, 1e-4);
  EXPECT_NEAR(shape.fall(0.0), 0.5, 1e-4);
  for (const double far : {PulseShape::kReachS, 1e-6, 1.0}) {
    EXPECT_NEAR(shape.rise(far), 1.0, 1e-6);
    EXPECT_NEAR(shape.fall(-far), 0.0, 1e-6);
  }
  EXPECT_LT(shape.rise(-0.2e-6), 0.05);
  EXPECT_GT(shape.rise(0.2e-6), 0.95);
}

TEST(ModulatorTest, ReachesThePlateauWithinALongPulse) {
  for (const double rate : {2.0e6, 2.4e6}) {
    const auto level = magnitudes(100e-6, {{0.0, 5e-6}}, {40.0, 1.0, 30e3}, rate, 0, 300);
    EXPECT_NEAR(level[static_cast<std::size_t>(102.5e-6 * rate)], 40.0, 0.01);
    EXPECT_NEAR(level[static_cast<std::size_t>(98e-6 * rate)], 0.0, 1e-9);
    EXPECT_NEAR(level[static_cast<std::size_t>(107e-6 * rate)], 0.0, 1e-4);
  }
}

// Sampled so finely that nothing aliases, the centroid of a pulse is its middle, to a nanosecond.
TEST(ModulatorTest, KeepsSubSampleTimes) {
  constexpr double kFineRate = 48e6;
  for (double shift_ns = 0.0; shift_ns < 420.0; shift_ns += 33.3) {
    const double start_s = 5e-6 + shift_ns * 1e-9;
    const auto level = magnitudes(start_s, {{0.0, 1e-6}}, {1.0, 0.0, 0.0}, kFineRate, 0, 600);
    double sum = 0.0;
    double moment = 0.0;
    for (std::size_t n = 0; n < level.size(); ++n) {
      sum += level[n];
      moment += level[n] * static_cast<double>(n) / kFineRate;
    }
    EXPECT_NEAR(sum / kFineRate * 1e6, 1.0, 0.05);
    EXPECT_NEAR(moment / sum * 1e9, (start_s + 0.5e-6) * 1e9, 1.0) << shift_ns;
  }
}

TEST(ModulatorTest, TheSameSignalWhereverTheStretchBegins) {
  const std::vector<PulseRun> runs = {{0.0, 0.5e-6}, {1e-6, 1.5e-6}};
  const Carrier carrier{10.0, 0.3, -47e3};
  std::vector<float> i(100, 0.0F), q(100, 0.0F), i_part(50, 0.0F), q_part(50, 0.0F);
  Modulator modulator(kRate);
  modulator.add(1000.00002, runs, carrier, 2'400'000'000, i, q);
  modulator.add(1000.00002, runs, carrier, 2'400'000'049, i_part, q_part);
  for (std::size_t n = 0; n < 50; ++n) {
    EXPECT_EQ(i[n + 49], i_part[n]);
    EXPECT_EQ(q[n + 49], q_part[n]);
  }
}

TEST(ModulatorTest, TurnsTheCarrierByItsOffset) {
  std::vector<float> i(200, 0.0F), q(200, 0.0F);
  Modulator(kRate).add(0.0, std::vector<PulseRun>{{0.0, 80e-6}}, {1.0, 0.5, 50e3}, 0, i, q);
  for (const std::size_t n : {20U, 100U, 180U}) {
    const double angle = 0.5 + 2.0 * kPi * 50e3 * static_cast<double>(n) / kRate;
    EXPECT_NEAR(i[n], std::cos(angle), 1e-3);
    EXPECT_NEAR(q[n], std::sin(angle), 1e-3);
  }
}

TEST(ModulatorTest, ACarrierAtTheEdgeOfTheBandIsWeakenedByTheFilter) {
  const auto level = magnitudes(100e-6, {{0.0, 5e-6}}, {40.0, 1.0, -1e6}, kRate, 0, 300);
  const double plateau = level[static_cast<std::size_t>(102.5e-6 * kRate)];
  EXPECT_NEAR(plateau, 40.0 * PulseShape::filter_gain(1.2e6, 1e6), 0.05);
  EXPECT_LT(plateau, 34.0);
}

// A pulse has as much to one side of its carrier as to the other; what is left of each says what the filter does there.
TEST(ModulatorTest, ThePulseOfACarrierOffTheMiddleMeetsTheFilterAsItComes) {
  constexpr double kFineRate = 48e6;
  constexpr double kOffsetHz = 700e3;
  for (const double sign : {1.0, -1.0}) {
    std::vector<float> i(600, 0.0F), q(600, 0.0F);
    const Carrier carrier{1.0, 0.3, sign * kOffsetHz};
    Modulator(kFineRate).add(5e-6, std::vector<PulseRun>{{0.0, 0.5e-6}}, carrier, 0, i, q);
    const auto strength_at = [&](double frequency_hz) {
      double sum_i = 0.0;
      double sum_q = 0.0;
      for (std::size_t n = 0; n < i.size(); ++n) {
        const double angle = 2.0 * kPi * frequency_hz * static_cast<double>(n) / kFineRate;
        sum_i += i[n] * std::cos(angle) + q[n] * std::sin(angle);
        sum_q += q[n] * std::cos(angle) - i[n] * std::sin(angle);
      }
      return std::hypot(sum_i, sum_q);
    };
    for (const double side_hz : {300e3, 600e3}) {
      const double expected =
          PulseShape::filter_gain(1.2e6, kOffsetHz + side_hz) / PulseShape::filter_gain(1.2e6, kOffsetHz - side_hz);
      const double outer = strength_at(sign * (kOffsetHz + side_hz));
      EXPECT_NEAR(outer / strength_at(sign * (kOffsetHz - side_hz)), expected, 0.01 * expected) << side_hz;
    }
  }
}

TEST(NoisyConverterTest, GivesNormalNoiseOfThePromisedStrength) {
  constexpr std::size_t kSamples = 500'000;
  const std::vector<float> silence(kSamples, 0.0F);
  std::vector<std::byte> bytes(kSamples * 2);
  NoisyConverter(7, 10.0).convert(silence, silence, bytes);
  double sum = 0.0, squares = 0.0, fourth = 0.0;
  std::size_t beyond_three = 0;
  for (const std::byte byte : bytes) {
    const double x = std::to_integer<int>(byte) - 127.5;
    sum += x;
    squares += x * x;
    fourth += x * x * x * x;
    beyond_three += std::fabs(x) > 30.0 ? 1 : 0;
  }
  const double count = static_cast<double>(bytes.size());
  const double variance = squares / count;
  EXPECT_NEAR(sum / count, 0.0, 0.05);
  EXPECT_NEAR(std::sqrt(variance - 1.0 / 12.0), 10.0, 0.03);
  EXPECT_NEAR(fourth / count / (variance * variance), 3.0, 0.05);
  EXPECT_NEAR(static_cast<double>(beyond_three) / count, 0.0027, 0.0002);
}

TEST(NoisyConverterTest, GainAndOffsetAreThoseOfABadReceiver) {
  const std::vector<float> i = {40.0F, -40.0F};
  std::vector<std::byte> bytes(4);
  NoisyConverter(1, 0.01, 1.5, 10.0).convert(i, i, bytes);
  EXPECT_NEAR(std::to_integer<int>(bytes[0]), 127.5 + 60.0 + 10.0, 1.0);
  EXPECT_NEAR(std::to_integer<int>(bytes[1]), 127.5 + 40.0 + 10.0, 1.0);
  EXPECT_NEAR(std::to_integer<int>(bytes[2]), 127.5 - 60.0 + 10.0, 1.0);
  EXPECT_NEAR(std::to_integer<int>(bytes[3]), 127.5 - 40.0 + 10.0, 1.0);
}

TEST(NoisyConverterTest, ClipsWhatIsTooStrong) {
  const std::vector<float> i = {1000.0F, -1000.0F};
  std::vector<std::byte> bytes(4);
  NoisyConverter(1, 0.01).convert(i, i, bytes);
  EXPECT_EQ(std::to_integer<int>(bytes[0]), 255);
  EXPECT_EQ(std::to_integer<int>(bytes[3]), 0);
}

}  // namespace
}  // namespace airspool::radio::sim
