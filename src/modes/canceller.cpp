// SPDX-License-Identifier: Apache-2.0
#include "canceller.h"

#include <algorithm>
#include <cmath>
#include <complex>

#include "vector_clones.h"

namespace airspool::modes {
namespace {

constexpr float kBeforeTicks = 12.0F;  // two samples at 2.0 MS/s
constexpr float kAfterTicks = 16.0F;
constexpr float kRidge = 1e-4F;
constexpr float kMostLate = 2.0F;

// Three unknowns, symmetric; by elimination. The ridge keeps it solvable whatever the shapes.
std::array<std::complex<float>, 3> solve(std::array<std::array<float, 3>, 3> matrix,
                                         std::array<std::complex<float>, 3> right) {
  const float ridge = kRidge * (matrix[0][0] + 1.0F);
  for (std::size_t k = 0; k < 3; ++k) matrix[k][k] += ridge;
  for (std::size_t k = 0; k < 3; ++k) {
    for (std::size_t row = k + 1; row < 3; ++row) {
      const float factor = matrix[row][k] / matrix[k][k];
      for (std::size_t column = k; column < 3; ++column) matrix[row][column] -= factor * matrix[k][column];
      right[row] -= factor * right[k];
    }
  }
  std::array<std::complex<float>, 3> result;
  for (std::size_t k = 3; k-- > 0;) {
    std::complex<float> sum = right[k];
    for (std::size_t column = k + 1; column < 3; ++column) sum -= matrix[k][column] * result[column];
    result[k] = sum / matrix[k][k];
  }
  return result;
}

// Eight sums side by side, so that the order of additions is the same on every machine.
AIRSPOOL_VECTOR_CLONES
float dot(const float* __restrict a, const float* __restrict b, std::size_t count) {
  std::array<float, 8> lanes{};
  for (std::size_t n = 0; n < count; n += 8) {
    for (std::size_t k = 0; k < 8; ++k) lanes[k] += a[n + k] * b[n + k];
  }
  return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

AIRSPOOL_VECTOR_CLONES
void flatten(const float* __restrict i, const float* __restrict q, const float* __restrict carrier_i,
             const float* __restrict carrier_q, std::size_t count, float* __restrict out_i, float* __restrict out_q) {
  for (std::size_t n = 0; n < count; ++n) {
    out_i[n] = i[n] * carrier_i[n] + q[n] * carrier_q[n];
    out_q[n] = q[n] * carrier_i[n] - i[n] * carrier_q[n];
  }
}

struct Weights {
  std::array<float, 3> i, q;
};

AIRSPOOL_VECTOR_CLONES
float subtract(const Weights& weights, const float* __restrict a, const float* __restrict b, const float* __restrict c,
               const float* __restrict carrier_i, const float* __restrict carrier_q, std::size_t count,
               float* __restrict i, float* __restrict q) {
  float power = 0.0F;
  for (std::size_t n = 0; n < count; ++n) {
    const float w_i = weights.i[0] * a[n] + weights.i[1] * b[n] + weights.i[2] * c[n];
    const float w_q = weights.q[0] * a[n] + weights.q[1] * b[n] + weights.q[2] * c[n];
    i[n] -= w_i * carrier_i[n] - w_q * carrier_q[n];
    q[n] -= w_i * carrier_q[n] + w_q * carrier_i[n];
  }
  for (std::size_t n = 0; n < count; ++n) power += i[n] * i[n] + q[n] * q[n];
  return power;
}

}  // namespace

void Canceller::build_shapes(float start, const SoftBits& soft, std::size_t count) {
  for (Row& row : shapes_) std::fill_n(row.begin(), count, 0.0F);
  // Half-bits fall on as many places within a sample as there are phases.
  const auto per_sample = static_cast<float>(ticks_per_sample_);
  std::array<Taps, kMaxPhases> taps;
  std::array<int, kMaxPhases> sample{};
  const auto phases = static_cast<std::size_t>(ticks_per_sample_);
  for (std::size_t p = 0; p < phases; ++p) {
    const float tick = start + static_cast<float>(kHalfBitTicks * static_cast<int>(p));
    sample[p] = static_cast<int>(std::floor(tick / per_sample));
    const float first = static_cast<float>(sample[p] + kFirstTap) * per_sample - tick;
    for (std::size_t k = 0; k < kTaps; ++k) {
      taps[p].pulse[k] = shape_->pulse(first + static_cast<float>(k) * per_sample);
      taps[p].edge[k] = shape_->edge(first + static_cast<float>(k) * per_sample);
    }
  }
  // After as many half-bits as there are phases, six samples have passed.
  const auto place = [&](std::size_t half_bit) {
    return sample[half_bit % phases] + kHalfBitTicks * static_cast<int>(half_bit / phases) + kFirstTap;
  };
  const auto add = [count](Row& row, int at, const std::array<float, kTaps>& values) {
    if (at < 0 || static_cast<std::size_t>(at + kTaps) > count) return;
    float* here = row.data() + at;
    for (std::size_t k = 0; k < kTaps; ++k) here[k] += values[k];
  };
  std::size_t last_end = 0;
  const auto pulse = [&](std::size_t half_bit) {
    const int at = place(half_bit);
    const int after = place(half_bit + 1);
    const Taps& here = taps[half_bit % phases];
    const Taps& behind = taps[(half_bit + 1) % phases];
    add(shapes_[0], at, here.pulse);
    add(shapes_[2], after, behind.edge);
    if (half_bit == last_end && half_bit > 0) {
      // One pulse of two half-bits: what was taken for its end is none.
      std::array<float, kTaps> back{};
      for (std::size_t k = 0; k < kTaps; ++k) back[k] = -here.edge[k];
      add(shapes_[2], at, back);
    } else {
      add(shapes_[1], at, here.edge);
    }
    last_end = half_bit + 1;
  };
  for (const int half_bit : kPreamblePulseAt) pulse(static_cast<std::size_t>(half_bit));
  for (std::size_t k = 0; k < static_cast<std::size_t>(soft.bits); ++k) {
    pulse(kPreambleHalfBits + 2 * k + (soft.one(k) ? 0 : 1));
  }
}

void Canceller::build_carrier(float start, const SoftBits& soft, const CarrierTrack& track, std::size_t count) {
  const auto per_sample = static_cast<float>(ticks_per_sample_) / kHalfBitTicks;  // half-bits a sample
  const float step_i = std::cos(track.turn * per_sample);
  const float step_q = std::sin(track.turn * per_sample);
  const float begin = -start / kHalfBitTicks;
  float i = std::cos(track.turn * begin);
  float q = std::sin(track.turn * begin);
  const auto last = static_cast<float>(soft.bits + kPreamblePulses - 1);
  for (std::size_t n = 0; n < count; ++n) {
    const float half_bit = begin + per_sample * static_cast<float>(n) - 0.5F;
    const float pulse = std::clamp(kPreamblePulses + (half_bit - kPreambleHalfBits) * 0.5F, 0.0F, last);
    const auto k = static_cast<std::size_t>(pulse);
    carrier_i_[n] = i * track.phase_i[k] - q * track.phase_q[k];
    carrier_q_[n] = i * track.phase_q[k] + q * track.phase_i[k];
    const float next = i * step_i - q * step_q;
    q = i * step_q + q * step_i;
    i = next;
  }
}

Cancelled Canceller::cancel(float start, const SoftBits& soft, const CarrierTrack& track, std::span<float> i,
                            std::span<float> q) {
  const auto per_sample = static_cast<float>(ticks_per_sample_);
  const float end = start + static_cast<float>((kPreambleHalfBits + 2 * soft.bits) * kHalfBitTicks);
  Cancelled result;
  result.first = static_cast<std::size_t>(std::max(0.0F, std::floor((start - kBeforeTicks) / per_sample)));
  result.last = std::min(i.size(), static_cast<std::size_t>(std::ceil((end + kAfterTicks) / per_sample)));
  if (result.last <= result.first) return result;
  // In whole lanes: a few samples more, not fewer, where there are any.
  std::size_t count = std::min((result.last - result.first + 7) / 8 * 8, kMost);
  count = std::min(count, (i.size() - result.first) / 8 * 8);
  result.last = result.first + count;
  const float inside = start - static_cast<float>(result.first) * per_sample;
  build_shapes(inside, soft, count);
  build_carrier(inside, soft, track, count);
  float* part_i = i.data() + result.first;
  float* part_q = q.data() + result.first;
  flatten(part_i, part_q, carrier_i_.data(), carrier_q_.data(), count, flat_i_.data(), flat_q_.data());

  std::array<std::array<float, 3>, 3> matrix{};
  std::array<std::complex<float>, 3> right{};
  for (std::size_t a = 0; a < kKinds; ++a) {
    for (std::size_t b = a; b < kKinds; ++b)
      matrix[a][b] = matrix[b][a] = dot(shapes_[a].data(), shapes_[b].data(), count);
    right[a] = {dot(shapes_[a].data(), flat_i_.data(), count), dot(shapes_[a].data(), flat_q_.data(), count)};
  }
  const auto fit = solve(matrix, right);
  Weights weights{};
  for (std::size_t k = 0; k < kKinds; ++k) {
    weights.i[k] = fit[k].real();
    weights.q[k] = fit[k].imag();
  }
  const float left = subtract(weights, shapes_[0].data(), shapes_[1].data(), shapes_[2].data(), carrier_i_.data(),
                              carrier_q_.data(), count, part_i, part_q);
  result.residue = left / static_cast<float>(count);
  if (std::norm(fit[0]) > 0.0F) {
    result.late_ticks = std::clamp(-(fit[1] / fit[0]).real(), -kMostLate, kMostLate);
  }
  return result;
}

}  // namespace airspool::modes
