// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace airspool::modes::test {

// A transmission as the test wants it.
struct Transmission {
  std::vector<std::uint8_t> bytes;
  double start_s = 0.0;    // leading edge of the first preamble pulse
  double amplitude = 0.5;  // 1 is full scale
  double phase_rad = 0.3;
  double carrier_hz = 0.0;  // offset from 1090 MHz
};

// A plain modulator: every pulse is a rectangle at an exact time, seen through the low-pass of a receiver. It knows
// nothing of how the demodulator works, and its noise is the same in every run.
class TestSignal {
 public:
  TestSignal(double sample_rate_hz, double duration_s, std::uint64_t seed = 1);

  void add(const Transmission& transmission);
  // White Gaussian noise of this total power a complex sample, full scale 1.
  void add_noise(double power);
  void add_dc(double i, double q);

  [[nodiscard]] std::vector<std::byte> cu8() const;
  [[nodiscard]] std::vector<std::byte> cs16() const;
  [[nodiscard]] std::size_t samples() const { return i_.size(); }

 private:
  double uniform();

  double sample_rate_hz_;
  std::uint64_t random_;
  std::vector<double> i_, q_;
};

// The frame with its last three bytes replaced so that its remainder is `overlay`.
std::vector<std::uint8_t> with_parity(std::vector<std::uint8_t> frame, std::uint32_t overlay = 0);

}  // namespace airspool::modes::test
