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

// Carriers nearer than this to the middle of the band see a filter that is the same on either side: at 100 kHz the rest
// is 25 dB below the pulse. Further off the shapes stand in steps.
constexpr double kCentredHz = 100e3;
constexpr double kOffsetStepHz = 25e3;

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
FilterTaps design_filter(double filter_hz) {
  double low = 0.5e6;
  double high = 2.5e6;
  for (int i = 0; i < 40; ++i) {
    const double middle = (low + high) / 2.0;
    (gain_of(windowed_sinc(middle), filter_hz) < std::sqrt(0.5) ? low : high) = middle;
  }
  return windowed_sinc(low);
}

// A straight ramp from 0 to 1 of this length, half way up at time 0.
double ramp(double time_s, double length_s) { return std::clamp(time_s / length_s + 0.5, 0.0, 1.0); }

template <typename Table>
void fill_edge(const FilterTaps& filter, double length_s, double step_s, double reach_s, Table& table) {
  for (std::size_t n = 0; n < table.size(); ++n) {
    const double time_s = static_cast<double>(n) * step_s - reach_s;
    double sum = 0.0;
    for (int k = -kFilterHalfSteps; k <= kFilterHalfSteps; ++k) {
      sum += filter[static_cast<std::size_t>(k + kFilterHalfSteps)] * ramp(time_s - k * kFilterStepS, length_s);
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

PulseShape::PulseShape(double filter_hz, double offset_hz) {
  FilterTaps along = design_filter(filter_hz);
  if (offset_hz != 0.0) {
    // To the carrier the filter's own middle lies `offset_hz` to the other side.
    settled_ = static_cast<float>(gain_of(along, offset_hz));
    is_real_ = false;
    FilterTaps across{};
    for (std::size_t n = 0; n < along.size(); ++n) {
      const double turn = -2.0 * kPi * offset_hz * (static_cast<double>(n) - kFilterHalfSteps) * kFilterStepS;
      across[n] = along[n] * sine(turn);
      along[n] *= cosine(turn);
    }
    fill_edge(across, kRiseS, kStepS, kReachS, rise_across_);
    fill_edge(across, kFallS, kStepS, kReachS, fall_across_);
  }
  fill_edge(along, kRiseS, kStepS, kReachS, rise_);
  fill_edge(along, kFallS, kStepS, kReachS, fall_);
}

double PulseShape::filter_gain(double filter_hz, double frequency_hz) {
  return gain_of(design_filter(filter_hz), frequency_hz);
}

float PulseShape::look_up(const Table& table, double time_s, float settled) {
  const double place = (time_s + kReachS) * (1.0 / kStepS);
  if (place <= 0.0) return 0.0F;
  const auto index = static_cast<std::size_t>(place);
  if (index + 1 >= kEntries) return settled;
  const float share = static_cast<float>(place - static_cast<double>(index));
  return table[index] + (table[index + 1] - table[index]) * share;
}

const PulseShape& Modulator::shape_at(double offset_hz) {
  if (std::fabs(offset_hz) <= kCentredHz) return shape_;
  const double steps = std::floor(std::fabs(offset_hz) / kOffsetStepHz + 0.5);
  const std::size_t index = 2 * static_cast<std::size_t>(steps) + (offset_hz < 0.0 ? 1 : 0);
  if (off_centre_.size() <= index) off_centre_.resize(index + 1);
  std::unique_ptr<const PulseShape>& shape = off_centre_[index];
  if (!shape) {
    shape = std::make_unique<const PulseShape>(filter_hz_,
                                               offset_hz < 0.0 ? -steps * kOffsetStepHz : steps * kOffsetStepHz);
  }
  return *shape;
}

// The pulses as the carrier sees them; those of a pure line in the middle of the band stand along its phase alone.
void Modulator::shape_runs(const PulseShape& shape, double start, std::span<const PulseRun> runs,
                           const PhaseNoise* noise, std::size_t length) {
  const double rate = sample_rate_hz_;
  const bool along_only = noise == nullptr && shape.is_real();
  envelope_.assign(length, 0.0F);
  across_.assign(along_only ? 0 : length, 0.0F);
  for (std::size_t run = 0; run < runs.size(); ++run) {
    const double on = start + runs[run].on_s;
    const double off = start + runs[run].off_s;
    const auto from = static_cast<std::size_t>(std::max(0.0, (on - PulseShape::kReachS) * rate));
    const auto to = std::min(length, static_cast<std::size_t>((off + PulseShape::kReachS) * rate) + 2U);
    if (along_only) {
      for (std::size_t n = from; n < to; ++n) {
        const double time = static_cast<double>(n) / rate;
        envelope_[n] += shape.rise(time - on) - shape.fall(time - off);
      }
      continue;
    }
    const double turned = noise == nullptr ? 0.0 : noise->of_pulse(run);
    const auto c = static_cast<float>(cosine(turned));
    const auto s = static_cast<float>(sine(turned));
    for (std::size_t n = from; n < to; ++n) {
      const double time = static_cast<double>(n) / rate;
      const float along = shape.rise(time - on) - shape.fall(time - off);
      const float across = shape.rise_across(time - on) - shape.fall_across(time - off);
      envelope_[n] += along * c - across * s;
      across_[n] += along * s + across * c;
    }
  }
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
  shape_runs(shape_at(carrier.offset_hz), start, runs, carrier.noise, length);

  // A pure line turns by one constant angle a sample.
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
      auto along = static_cast<float>(c);
      auto up = static_cast<float>(s);
      if (carrier.noise != nullptr) {
        const double strayed = carrier.noise->at(static_cast<double>(n) / rate - start);
        const double stray_cos = cosine(strayed);
        const double stray_sin = sine(strayed);
        along = static_cast<float>(c * stray_cos - s * stray_sin);
        up = static_cast<float>(s * stray_cos + c * stray_sin);
      }
      float& to_i = i[static_cast<std::size_t>(at)];
      float& to_q = q[static_cast<std::size_t>(at)];
      to_i += envelope_[n] * along;
      to_q += envelope_[n] * up;
      if (!across_.empty()) {
        to_i -= across_[n] * up;
        to_q += across_[n] * along;
      }
    }
    const double turned = c * step_cos - s * step_sin;
    s = s * step_cos + c * step_sin;
    c = turned;
  }
}

}  // namespace airspool::radio::sim
