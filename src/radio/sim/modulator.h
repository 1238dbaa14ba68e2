// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/phase_noise.h"

namespace airspool::radio::sim {

// A time during which a transmitter is on, in seconds after the leading edge of the first pulse; both edges at half
// height.
struct PulseRun {
  double on_s;
  double off_s;
};

inline constexpr double kPreambleS = 8e-6;
inline constexpr double kBitS = 1e-6;

// Preamble (pulses at 0, 1, 3.5 and 4.5 us) and pulse position modulation of a Mode S message (Annex 10 Vol IV
// 3.1.2.2.5.1); pulses that touch are one run. `runs` is emptied first.
void mode_s_runs(std::span<const std::uint8_t> message, std::vector<PulseRun>& runs);

// A Mode A/C reply (Annex 10 Vol IV 3.1.1.6): framing pulses 20.3 us apart around up to 12 code pulses, bit 11 of
// `code` the first that is sent (C1 A1 C2 A2 C4 A4 B1 D1 B2 D2 B4 D4).
void mode_ac_runs(std::uint32_t code, std::vector<PulseRun>& runs);

// Where the receive filter of an RTL2832U is 3 dB down.
inline constexpr double kUsualFilterHz = 1.2e6;

// The edges of a pulse as they come out of the receiver. A trapezoid (75 ns up, 130 ns down: the standard
// allows 50..100 and 50..200) goes through a linear-phase low-pass, like the one of an RTL2832U; it
// works in front of the decimation, so it does not depend on the sample rate.
class PulseShape {
 public:
  // `filter_hz` is where the low-pass is 3 dB down. A carrier that is `offset_hz` off meets its slope: seen from the
  // carrier the edges then have a part across its phase.
  explicit PulseShape(double filter_hz = kUsualFilterHz, double offset_hz = 0.0);

  // How long before and after the half-height time of an edge its response differs from 0 and 1.
  static constexpr double kReachS = 0.65e-6;

  // 0 .. 1 (with overshoot) at a time relative to the half height of a rising edge; and the same of a falling edge,
  // from 0 (still on) to 1 (off). Times the filter's gain at the carrier.
  [[nodiscard]] float rise(double time_s) const { return look_up(rise_, time_s, settled_); }
  [[nodiscard]] float fall(double time_s) const { return look_up(fall_, time_s, settled_); }
  // What stands across the carrier's phase: 0 to 0, and nothing without an offset.
  [[nodiscard]] float rise_across(double time_s) const { return look_up(rise_across_, time_s, 0.0F); }
  [[nodiscard]] float fall_across(double time_s) const { return look_up(fall_across_, time_s, 0.0F); }
  [[nodiscard]] bool is_real() const { return is_real_; }

  // Gain of a receive filter at a frequency, 1 at 0.
  [[nodiscard]] static double filter_gain(double filter_hz, double frequency_hz);

 private:
  static constexpr double kStepS = 2.5e-9;
  static constexpr std::size_t kEntries = 522;  // 2 kReachS / kStepS and one more to interpolate to
  using Table = std::array<float, kEntries>;
  static float look_up(const Table& table, double time_s, float settled);
  Table rise_{}, fall_{};
  Table rise_across_{}, fall_across_{};
  float settled_ = 1.0F;
  bool is_real_ = true;
};

struct Carrier {
  double amplitude = 0.0;  // plateau of a pulse, in LSB, in front of the receive filter
  double phase_rad = 0.0;  // at the start
  double offset_hz = 0.0;
  const PhaseNoise* noise = nullptr;  // nothing: a pure line
};

// Adds transmissions to a stretch of complex samples. Owned by the simulator.
class Modulator {
 public:
  explicit Modulator(double sample_rate_hz, double filter_hz = kUsualFilterHz)
      : sample_rate_hz_(sample_rate_hz), filter_hz_(filter_hz), shape_(filter_hz) {}

  // Adds `runs`, which start at `start_s` on the time line on which sample `first_sample` is i[0], q[0]. Samples
  // outside the stretch are left out.
  void add(double start_s, std::span<const PulseRun> runs, const Carrier& carrier, std::uint64_t first_sample,
           std::span<float> i, std::span<float> q);

 private:
  const PulseShape& shape_at(double offset_hz);
  void shape_runs(const PulseShape& shape, double start, std::span<const PulseRun> runs, const PhaseNoise* noise,
                  std::size_t length);

  const double sample_rate_hz_;
  const double filter_hz_;
  const PulseShape shape_;
  std::vector<std::unique_ptr<const PulseShape>> off_centre_;  // by distance from the middle of the band; as needed
  std::vector<float> envelope_;                                // along the carrier's phase, and across it
  std::vector<float> across_;
};

}  // namespace airspool::radio::sim
