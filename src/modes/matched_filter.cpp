// SPDX-License-Identifier: Apache-2.0
#include "matched_filter.h"

#include <cmath>

#include "vector_clones.h"

namespace airspool::modes {
namespace {

struct FilterRow {
  float a, b, c;
  float* i;
  float* q;
  float* power;
};

AIRSPOOL_VECTOR_CLONES
void filter_row(const float* __restrict in_i, const float* __restrict in_q, std::size_t count, const FilterRow& row) {
  const float a = row.a;
  const float b = row.b;
  const float c = row.c;
  float* __restrict out_i = row.i;
  float* __restrict out_q = row.q;
  float* __restrict power = row.power;
  for (std::size_t n = 0; n < count; ++n) {
    const float y_i = a * in_i[n] + b * in_i[n + 1] + c * in_i[n + 2];
    const float y_q = a * in_q[n] + b * in_q[n + 1] + c * in_q[n + 2];
    out_i[n] = y_i;
    out_q[n] = y_q;
    power[n] = y_i * y_i + y_q * y_q;
  }
}

}  // namespace

MatchedFilter::MatchedFilter(const PulseShape& shape, int ticks_per_sample, std::size_t max_samples) {
  planes_.phases = ticks_per_sample;
  planes_.stride = max_samples;
  const std::size_t size = static_cast<std::size_t>(ticks_per_sample) * max_samples;
  planes_.i.assign(size, 0.0F);
  planes_.q.assign(size, 0.0F);
  planes_.power.assign(size, 0.0F);
  for (int phase = 0; phase < ticks_per_sample; ++phase) {
    const auto p = static_cast<std::size_t>(phase);
    float energy = 0.0F;
    float overlap = 0.0F;
    for (std::size_t k = 0; k < kTaps; ++k) {
      const auto tick = static_cast<float>(static_cast<int>(k) * ticks_per_sample - phase);
      const float tap = shape.pulse(tick);
      taps_[p][k] = tap;
      energy += tap * tap;
    }
    for (int k = -2; k < 6; ++k) {
      const auto tick = static_cast<float>(k * ticks_per_sample - phase);
      overlap += shape.pulse(tick) * shape.pulse(tick - kHalfBitTicks);
    }
    energies_[p] = energy;
    overlaps_[p] = overlap;
    for (float& tap : taps_[p]) tap /= std::sqrt(energy);
  }
}

void MatchedFilter::run(const float* i, const float* q, std::size_t first, std::size_t last) {
  for (std::size_t p = 0; p < static_cast<std::size_t>(planes_.phases); ++p) {
    const std::size_t place = p * planes_.stride + first;
    filter_row(i + first, q + first, last - first,
               {taps_[p][0], taps_[p][1], taps_[p][2], planes_.i.data() + place, planes_.q.data() + place,
                planes_.power.data() + place});
  }
}

}  // namespace airspool::modes
