// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace airspool::modes {

// What a receiver makes of one pulse: a trapezoid of 0.5 us (rising within 75 ns, falling within 130 ns, the middle of
// what Annex 10 Vol IV 3.1.2.1.5.1.3 allows) behind a linear-phase low-pass that is 3 dB down at half the sample rate,
// as the filters of RTL2832U receivers are. Times in ticks of 12 MHz after the half height of the leading edge.
class PulseShape {
 public:
  explicit PulseShape(int ticks_per_sample);

  // Response to a pulse of amplitude 1.
  [[nodiscard]] float pulse(float ticks) const { return look_up(pulse_, ticks); }
  // How the response to an edge at time 0 changes with the edge's time, per tick: the receiver's impulse response.
  [[nodiscard]] float edge(float ticks) const { return look_up(edge_, ticks); }

  // Outside of this both are zero.
  static constexpr float kFirstTick = -12.0F;
  static constexpr float kLastTick = 20.0F;

 private:
  static constexpr int kSteps = 32;  // a tick
  [[nodiscard]] static float look_up(const std::vector<float>& table, float ticks) {
    const float place = (ticks - kFirstTick) * kSteps;
    if (place < 0.0F || ticks >= kLastTick) return 0.0F;
    const auto index = static_cast<std::size_t>(place);
    const float share = place - static_cast<float>(index);
    return table[index] + (table[index + 1] - table[index]) * share;
  }

  std::vector<float> pulse_, edge_;
};

}  // namespace airspool::modes
