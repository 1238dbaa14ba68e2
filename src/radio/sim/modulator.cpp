// SPDX-License-Identifier: Apache-2.0
#include "sim/modulator.h"

#include <algorithm>
#include <cmath>

#include "sim/exact_math.h"

namespace airspool::radio::sim {
namespace {

constexpr double kRiseS = 75e-9;
constexpr double kFallS = 130e-9;
constexpr double kHalfBitS = 0.5e-6;

// The receive filter: a sinc under a Hamming window.
constexpr double kFilterStepS = 2.5e-9;
constexpr int kFilterHalfSteps = 220;  // 0.55 us to either side
constexpr double kMinus3DbHz = 1.2e6;

using FilterTaps = std::array<double, 2 * kFilterHalfSteps + 1>;  // of sum 1, the middle at time 0

double gain_of(const FilterTaps& taps, double frequency_hz) {
  double gain = 0.0;
  for (int k = -kFilterHalfSteps; k <= kFilterHalfSteps; ++k) {
    gain += taps[static_cast<std::size_t>(k + kFilterHalfSteps)] * cosine(2.0 * kPi * frequency_hz * k * kFilterStepS);
  }
  return gain;
}

FilterTaps windowed_sinc(double cutoff_hz) {
  FilterTaps taps{};
  double sum = 0.0;
  for (int k = -kFilterHalfSteps; k <= kFilterHalfSteps; ++k) {
    const double x = 2.0 * kPi * cutoff_hz * k * kFilterStepS;
    const double sinc = k == 0 ? 1.0 : sine(x) / x;
    const double window = 0.54 + 0.46 * cosine(kPi * k / kFilterHalfSteps);
    sum += taps[static_cast<std::size_t>(k + kFilterHalfSteps)] = sinc * window;
  }
  for (double& tap : taps) tap /= sum;
  return taps;
}

// The cut-off of the sinc that puts -3 dB where it belongs, by bisection.
FilterTaps design_filter() {
  double low = 0.5e6;
  double high = 2.5e6;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2.0;
    (gain_of(windowed_sinc(middle), kMinus3DbHz) < std::sqrt(0.5) ? low : high) = middle;
  }
  return windowed_sinc(low);
}

const FilterTaps& filter() {
  static const FilterTaps kTaps = design_filter();
  return kTaps;
}

// A straight ramp from 0 to 1 of this length, half way up at time 0.
double ramp(double time_s, double length_s) { return std::clamp(time_s / length_s + 0.5, 0.0, 1.0); }

template <typename Table>
void fill_edge(Table& table, double length_s, double step_s, double reach_s) {
  for (std::size_t n = 0; n < table.size(); ++n) {
    const double time_s = static_cast<double>(n) * step_s - reach_s;
    double sum = 0.0;
    for (int k = -kFilterHalfSteps; k <= kFilterHalfSteps; ++k) {
      sum += filter()[static_cast<std::size_t>(k + kFilterHalfSteps)] * ramp(time_s - k * kFilterStepS, length_s);
    }
    table[n] = static_cast<float>(sum);
  }
}

}  // namespace

void mode_s_runs(std::span<const std::uint8_t> message, std::vector<PulseRun>& runs) {
  runs.clear();
  for (const double start : {0.0, 1.0e-6, 3.5e-6, 4.5e-6}) runs.push_back({start, start + kHalfBitS});
  bool on_until_bit_end = false;
  for (std::size_t bit = 0; bit < message.size() * 8; ++bit) {
    const bool one = ((message[bit / 8] >> (7U - bit % 8)) & 1U) != 0;
    const double start = kPreambleS + static_cast<double>(bit) * kBitS + (one ? 0.0 : kHalfBitS);
    if (one && on_until_bit_end) {
      runs.back().off_s = start + kHalfBitS;
    } else {
      runs.push_back({start, start + kHalfBitS});
    }
    on_until_bit_end = !one;
  }
}

void mode_ac_runs(std::uint32_t code, std::vector<PulseRun>& runs) {
  constexpr double kSpacingS = 1.45e-6;
  constexpr double kPulseS = 0.45e-6;
  // Positions 0 (F1) to 14 (F2); the seventh stays empty.
  constexpr std::array<int, 12> kPositions = {1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13};
  runs.clear();
  const auto pulse = [&](int position) { runs.push_back({position * kSpacingS, position * kSpacingS + kPulseS}); };
  pulse(0);
  for (std::size_t k = 0; k < kPositions.size(); ++k) {
    if (((code >> (11U - k)) & 1U) != 0) pulse(kPositions[k]);
  }
  pulse(14);
}

PulseShape::PulseShape() {
  fill_edge(rise_, kRiseS, kStepS, kReachS);
  fill_edge(fall_, kFallS, kStepS, kReachS);
}

double PulseShape::filter_gain(double frequency_hz) { return gain_of(filter(), frequency_hz); }

float PulseShape::look_up(const Table& table, double time_s) {
  const double place = (time_s + kReachS) * (1.0 / kStepS);
  if (place <= 0.0) return 0.0F;
  const auto index = static_cast<std::size_t>(place);
  if (index + 1 >= kEntries) return 1.0F;
  const float share = static_cast<float>(place - static_cast<double>(index));
  return table[index] + (table[index + 1] - table[index]) * share;
}

void Modulator::add(double start_s, std::span<const PulseRun> runs, const Carrier& carrier, std::uint64_t first_sample,
                    std::span<float> i, std::span<float> q) {
  if (runs.empty()) return;
  const double rate = sample_rate_hz_;
  // Whole sample numbers are taken off before anything is multiplied, so that nothing is lost after days.
  const double origin = std::floor((start_s - PulseShape::kReachS) * rate);
  const double start = start_s - origin / rate;  // seconds after the first sample that is touched
  const double end = start + runs.back().off_s + PulseShape::kReachS;
  const auto length = static_cast<std::size_t>(end * rate) + 2U;
  envelope_.assign(length, 0.0F);
  for (const PulseRun& run : runs) {
    const double on = start + run.on_s;
    const double off = start + run.off_s;
    const auto from = static_cast<std::size_t>(std::max(0.0, (on - PulseShape::kReachS) * rate));
    const auto to = std::min(length, static_cast<std::size_t>((off + PulseShape::kReachS) * rate) + 2U);
    for (std::size_t n = from; n < to; ++n) {
      const double time = static_cast<double>(n) / rate;
      envelope_[n] += shape_.rise(time - on) - shape_.fall(time - off);
    }
  }

  // The carrier turns by one constant angle a sample.
  const double step = 2.0 * kPi * carrier.offset_hz / rate;
  const double step_cos = cosine(step);
  const double step_sin = sine(step);
  const double first = carrier.phase_rad - 2.0 * kPi * carrier.offset_hz * start;
  double c = carrier.amplitude * cosine(first);
  double s = carrier.amplitude * sine(first);
  const auto shift = static_cast<std::int64_t>(origin) - static_cast<std::int64_t>(first_sample);
  for (std::size_t n = 0; n < length; ++n) {
    const std::int64_t at = shift + static_cast<std::int64_t>(n);
    if (at >= 0 && at < static_cast<std::int64_t>(i.size())) {
      i[static_cast<std::size_t>(at)] += envelope_[n] * static_cast<float>(c);
      q[static_cast<std::size_t>(at)] += envelope_[n] * static_cast<float>(s);
    }
    const double turned = c * step_cos - s * step_sin;
    s = s * step_cos + c * step_sin;
    c = turned;
  }
}

}  // namespace airspool::radio::sim
