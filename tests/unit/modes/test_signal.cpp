// SPDX-License-Identifier: Apache-2.0
#include "test_signal.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <airspool/modes/crc.h>

namespace airspool::modes::test {
namespace {

constexpr double kHalfBit = 0.5e-6;

// How the receiver's low-pass (windowed sinc, 6 dB down at 1.25 MHz, 3.2 us long) answers a step, on a grid of
// 1/kFine of the time unit 1/kBandwidth.
constexpr double kBandwidth = 2.5e6;
constexpr int kFine = 64;
constexpr int kReach = 4;

std::vector<double> make_step_response() {
  std::vector<double> step(2 * kReach * kFine + 1);
  double sum = 0.0;
  for (std::size_t k = 0; k < step.size(); ++k) {
    const double t = static_cast<double>(k) / kFine - kReach;
    const double x = std::numbers::pi * t;
    const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * t / kReach);
    sum += (std::abs(x) < 1e-9 ? 1.0 : std::sin(x) / x) * window;
    step[k] = sum;
  }
  for (double& value : step) value /= sum;
  return step;
}

double step_response(double seconds) {
  static const std::vector<double> kStep = make_step_response();
  const double place = (seconds * kBandwidth + kReach) * kFine;
  if (place <= 0.0) return 0.0;
  const auto below = static_cast<std::size_t>(place);
  if (below + 1 >= kStep.size()) return 1.0;
  const double part = place - static_cast<double>(below);
  return kStep[below] * (1.0 - part) + kStep[below + 1] * part;
}

}  // namespace

TestSignal::TestSignal(double sample_rate_hz, double duration_s, std::uint64_t seed)
    : sample_rate_hz_(sample_rate_hz),
      random_(seed),
      i_(static_cast<std::size_t>(std::llround(duration_s * sample_rate_hz))),
      q_(i_.size()) {}

void TestSignal::add(const Transmission& transmission) {
  std::vector<int> half_bits = {0, 2, 7, 9};
  for (std::size_t bit = 0; bit < transmission.bytes.size() * 8; ++bit) {
    const bool one = ((transmission.bytes[bit / 8] >> (7 - bit % 8)) & 1) != 0;
    half_bits.push_back(16 + 2 * static_cast<int>(bit) + (one ? 0 : 1));
  }
  constexpr double kTail = kReach / kBandwidth;
  for (const int half_bit : half_bits) {
    const double start = transmission.start_s + half_bit * kHalfBit;
    const auto first = static_cast<long>(std::ceil((start - kTail) * sample_rate_hz_));
    const auto last = static_cast<long>(std::floor((start + kHalfBit + kTail) * sample_rate_hz_));
    for (long n = std::max(first, 0L); n <= last && n < static_cast<long>(i_.size()); ++n) {
      const double since = static_cast<double>(n) / sample_rate_hz_ - start;
      const double level = transmission.amplitude * (step_response(since) - step_response(since - kHalfBit));
      const double angle = transmission.phase_rad +
                           2 * std::numbers::pi * transmission.carrier_hz * static_cast<double>(n) / sample_rate_hz_;
      i_[static_cast<std::size_t>(n)] += level * std::cos(angle);
      q_[static_cast<std::size_t>(n)] += level * std::sin(angle);
    }
  }
}

// splitmix64
double TestSignal::uniform() {
  random_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = random_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  z ^= z >> 31U;
  return (static_cast<double>(z >> 11U) + 0.5) / 9007199254740992.0;
}

void TestSignal::add_noise(double power) {
  for (std::size_t n = 0; n < i_.size(); ++n) {
    const double radius = std::sqrt(-power * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    i_[n] += radius * std::cos(angle);
    q_[n] += radius * std::sin(angle);
  }
}

void TestSignal::add_dc(double i, double q) {
  for (std::size_t n = 0; n < i_.size(); ++n) {
    i_[n] += i;
    q_[n] += q;
  }
}

std::vector<std::byte> TestSignal::cu8() const {
  std::vector<std::byte> bytes;
  const auto quantise = [](double x) {
    return static_cast<std::byte>(std::clamp(std::lround(x * 127.5 + 127.5), 0L, 255L));
  };
  for (std::size_t n = 0; n < i_.size(); ++n) {
    bytes.push_back(quantise(i_[n]));
    bytes.push_back(quantise(q_[n]));
  }
  return bytes;
}

std::vector<std::byte> TestSignal::cs16() const {
  std::vector<std::byte> bytes;
  const auto quantise = [&](double x) {
    const long word = std::clamp(std::lround(x * 32768.0), -32768L, 32767L);
    bytes.push_back(static_cast<std::byte>(word & 0xFF));
    bytes.push_back(static_cast<std::byte>((word >> 8) & 0xFF));
  };
  for (std::size_t n = 0; n < i_.size(); ++n) {
    quantise(i_[n]);
    quantise(q_[n]);
  }
  return bytes;
}

std::vector<std::uint8_t> with_parity(std::vector<std::uint8_t> frame, std::uint32_t overlay) {
  std::fill(frame.end() - 3, frame.end(), std::uint8_t{0});
  const std::uint32_t parity = crc24(frame) ^ overlay;
  frame[frame.size() - 3] = static_cast<std::uint8_t>(parity >> 16U);
  frame[frame.size() - 2] = static_cast<std::uint8_t>(parity >> 8U);
  frame[frame.size() - 1] = static_cast<std::uint8_t>(parity);
  return frame;
}

}  // namespace airspool::modes::test
