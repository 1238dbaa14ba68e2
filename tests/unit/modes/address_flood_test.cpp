// SPDX-License-Identifier: Apache-2.0
// A transmitter that makes up aircraft, as the demodulator hears it. What it does to the table of addresses over a
// minute is in known_addresses_test.cpp, to the picture in unit/sky/tracker_test.cpp.
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>

#include "test_signal.h"

namespace airspool::modes {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint32_t kRate = 2'400'000;
constexpr double kSeconds = 0.5;
constexpr int kFabricated = 1000;  // in half a second
constexpr double kNoise = 1.1e-3;

Bytes all_call(std::uint32_t address) {
  return test::with_parity({0x5D, static_cast<std::uint8_t>(address >> 16U), static_cast<std::uint8_t>(address >> 8U),
                            static_cast<std::uint8_t>(address), 0, 0, 0});
}

Bytes altitude_reply(std::uint32_t address) { return test::with_parity({0x20, 0x00, 0x0C, 0x38, 0, 0, 0}, address); }

class FloodedSky : public testing::Test {
 protected:
  static constexpr std::uint32_t kReal = 0x4840D6;

  FloodedSky() : signal_(kRate, kSeconds, 7) {
    std::uint32_t random = 1;
    for (int k = 0; k < kFabricated; ++k) {
      random = random * 1664525U + 1013904223U;
      send(all_call(random >> 8U), 1e-3 + k * 0.498e-3, 0.3);
    }
    // One real aircraft: a squitter, then replies.
    send(all_call(kReal), 1.2e-3, 0.2);
    for (int k = 0; k < 40; ++k) {
      send(altitude_reply(kReal), 2.2e-3 + k * 11.952e-3, 0.2);
      ++replies_;
    }
    // Replies of addresses that nobody squitters, and faint ones that have to be repaired or left.
    for (int k = 0; k < 40; ++k) {
      random = random * 1664525U + 1013904223U;
      send(altitude_reply(0xC00000U | random >> 12U), 2.3e-3 + k * 11.952e-3, k % 2 == 0 ? 0.2 : 0.06, false);
    }
    signal_.add_noise(kNoise);
  }

  void send(Bytes bytes, double start, double amplitude, bool heard = true) {
    signal_.add({bytes, start, amplitude, 0.7 * start * 1e4, 3e5 * start});
    if (heard) sent_.insert(std::move(bytes));
  }

  test::TestSignal signal_;
  std::set<Bytes> sent_;
  std::size_t replies_ = 0;
};

TEST_F(FloodedSky, TheRealAircraftIsHeardAndNoGhostIsBred) {
  Demodulator demodulator = Demodulator::create({.sample_rate_hz = kRate}).value();
  FrameSink sink;
  const std::vector<std::byte> samples = signal_.cu8();
  demodulator.process({samples, SampleFormat::kCu8, 0}, sink);
  demodulator.finish(sink);
  std::size_t replies = 0;
  std::size_t squitters = 0;
  for (const ModeSFrame& frame : sink.frames) {
    const Bytes bytes(frame.view().begin(), frame.view().end());
    EXPECT_TRUE(sent_.contains(bytes)) << "at " << frame.timestamp_12mhz;
    (frame.df() == 4 ? replies : squitters) += 1;
  }
  EXPECT_EQ(replies, replies_);
  EXPECT_GE(squitters, static_cast<std::size_t>(kFabricated) * 99 / 100);
}

}  // namespace
}  // namespace airspool::modes
