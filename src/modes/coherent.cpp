// SPDX-License-Identifier: Apache-2.0
#include "coherent.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "vector_clones.h"

namespace airspool::modes {
namespace {

constexpr int kLanes = 8;
// Pulses to either side from which the phase of one is taken: short enough for a carrier that drifts within the frame.
constexpr int kPhaseReach = 12;
// Bits to either side from which the noise around one is taken.
constexpr int kNoiseReach = 4;
constexpr float kNoiseMemory = 8.0F;
constexpr float kPi = std::numbers::pi_v<float>;
constexpr float kTiny = 1e-20F;

// Carriers that are searched: the whole megahertz to either side that the standard allows (Annex 10 Vol IV 3.1.2.1.1),
// in steps of 10 kHz. Beyond 200 kHz hardly anybody is; there the evidence has to be better.
constexpr int kTurnSteps = 208;
constexpr float kTurnStep = kPi / 100.0F;
constexpr float kUsualTurn = 0.2F * kPi;
constexpr float kUnusualShare = 0.9F;
constexpr int kGroup = 4;  // pulses that are added up for the second, finer estimate
constexpr float kGroupHalfBits = 2.0F * kGroup;

struct TurnTable {
  std::array<std::array<float, kTurnSteps>, 3> cosine{}, sine{};
  std::array<float, kTurnSteps> weight{};
};

TurnTable make_turns() {
  TurnTable table;
  for (std::size_t n = 0; n < kTurnSteps; ++n) {
    const float turn = kTurnStep * (static_cast<float>(n) - kTurnSteps / 2.0F);
    for (std::size_t d = 0; d < 3; ++d) {
      table.cosine[d][n] = std::cos(turn * static_cast<float>(d + 1));
      table.sine[d][n] = std::sin(turn * static_cast<float>(d + 1));
    }
    table.weight[n] = std::abs(turn) <= kUsualTurn ? 1.0F : kUnusualShare;
  }
  return table;
}

const TurnTable kTurns = make_turns();

struct Complex {
  float i = 0.0F;
  float q = 0.0F;
};

AIRSPOOL_VECTOR_CLONES
void score_turns(const std::array<Complex, 3>& lags, float* __restrict score) {
  for (std::size_t n = 0; n < kTurnSteps; ++n) {
    float sum = 0.0F;
    for (std::size_t d = 0; d < 3; ++d) sum += lags[d].i * kTurns.cosine[d][n] + lags[d].q * kTurns.sine[d][n];
    score[n] = sum * kTurns.weight[n];
  }
}

AIRSPOOL_VECTOR_CLONES
void multiply(const float* __restrict a_i, const float* __restrict a_q, const float* __restrict b_i,
              const float* __restrict b_q, int count, float* __restrict out_i, float* __restrict out_q) {
  for (int n = 0; n < count; ++n) {
    out_i[n] = a_i[n] * b_i[n] - a_q[n] * b_q[n];
    out_q[n] = a_i[n] * b_q[n] + a_q[n] * b_i[n];
  }
}

// exp(-j turn n) for n = 0 .. count-1, a multiple of 8.
AIRSPOOL_VECTOR_CLONES
void fill_turning(float turn, int count, float* __restrict out_i, float* __restrict out_q) {
  for (int n = 0; n < kLanes; ++n) {
    out_i[n] = std::cos(turn * static_cast<float>(n));
    out_q[n] = -std::sin(turn * static_cast<float>(n));
  }
  const float step_i = std::cos(turn * kLanes);
  const float step_q = -std::sin(turn * kLanes);
  for (int base = kLanes; base < count; base += kLanes) {
    for (int n = 0; n < kLanes; ++n) {
      const float last_i = out_i[base - kLanes + n];
      const float last_q = out_q[base - kLanes + n];
      out_i[base + n] = last_i * step_i - last_q * step_q;
      out_q[base + n] = last_i * step_q + last_q * step_i;
    }
  }
}

AIRSPOOL_VECTOR_CLONES
void normalise(int count, const float* __restrict own_i, const float* __restrict own_q, float* __restrict sum_i,
               float* __restrict sum_q) {
  for (int n = 0; n < count; ++n) {
    const float i = sum_i[n] - own_i[n];
    const float q = sum_q[n] - own_q[n];
    const float scale = 1.0F / std::sqrt(i * i + q * q + kTiny);
    sum_i[n] = i * scale;
    sum_q[n] = q * scale;
  }
}

// The halves of each bit along the carrier's phase, and the power that stands across it in each.
AIRSPOOL_VECTOR_CLONES
void turn_to_phase(const float* __restrict z_i, const float* __restrict z_q, const float* __restrict phase_i,
                   const float* __restrict phase_q, int bits, float* __restrict first, float* __restrict second,
                   float* __restrict across_first, float* __restrict across_second) {
  for (int k = 0; k < bits; ++k) {
    const float a_i = z_i[2 * k];
    const float a_q = z_q[2 * k];
    const float b_i = z_i[2 * k + 1];
    const float b_q = z_q[2 * k + 1];
    first[k] = a_i * phase_i[k] + a_q * phase_q[k];
    second[k] = b_i * phase_i[k] + b_q * phase_q[k];
    const float a_off = a_q * phase_i[k] - a_i * phase_q[k];
    const float b_off = b_q * phase_i[k] - b_i * phase_q[k];
    across_first[k] = a_off * a_off;
    across_second[k] = b_off * b_off;
  }
}

struct Expected {
  const float* gain;
  const float* energy;
  const float* overlap;
};

// Log-likelihoods of a pulse in the first and in the second half of each bit.
AIRSPOOL_VECTOR_CLONES
void weigh(const Expected& expected, const float* __restrict first, const float* __restrict second,
           const float* __restrict noise, float amplitude, float least_noise, int bits, float* __restrict one,
           float* __restrict zero, float* __restrict spill) {
  const float* __restrict gain = expected.gain;
  const float* __restrict energy = expected.energy;
  const float* __restrict overlap = expected.overlap;
  for (int k = 0; k < bits; ++k) {
    const float weight = amplitude / (noise[k] > least_noise ? noise[k] : least_noise);
    one[k] = weight * (2.0F * gain[2 * k] * first[k] - amplitude * energy[2 * k]);
    zero[k] = weight * (2.0F * gain[2 * k + 1] * second[k] - amplitude * energy[2 * k + 1]);
    spill[k] = 2.0F * weight * amplitude * overlap[2 * k];
  }
}

}  // namespace

CoherentReader::CoherentReader(const MatchedFilter& filter, const FirstLook& look) : filter_(&filter), look_(&look) {
  for (std::size_t k = 0; k < kPreamblePulses; ++k) at_[k] = kPreamblePulseAt[k];
}

void CoherentReader::fetch(std::size_t tick, float part, int half_bits) {
  const Planes& planes = filter_->planes();
  const auto phases = static_cast<std::size_t>(planes.phases);
  const std::size_t other_tick = part < 0.0F ? tick - 1 : tick + 1;
  const float share = std::abs(part);
  const float rest = 1.0F - share;
  const float* here_i = planes.i.data() + tick / phases;
  const float* here_q = planes.q.data() + tick / phases;
  const float* there_i = planes.i.data() + other_tick / phases;
  const float* there_q = planes.q.data() + other_tick / phases;
  const std::uint32_t* here = look_->places(tick);
  const std::uint32_t* there = look_->places(other_tick);
  for (std::size_t h = 0; h < static_cast<std::size_t>(half_bits); ++h) {
    y_i_[h] = rest * here_i[here[h]] + share * there_i[there[h]];
    y_q_[h] = rest * here_q[here[h]] + share * there_q[there[h]];
  }
  // What a pulse gives there, by the phase of each half-bit.
  std::array<float, kMaxPhases> gains{};
  std::array<float, kMaxPhases> energies{};
  std::array<float, kMaxPhases> overlaps{};
  for (std::size_t p = 0; p < phases; ++p) {
    const auto phase = static_cast<int>((tick + p * kHalfBitTicks) % phases);
    const auto other = static_cast<int>((other_tick + p * kHalfBitTicks) % phases);
    energies[p] = rest * filter_->energy(phase) + share * filter_->energy(other);
    overlaps[p] = rest * filter_->overlap(phase) + share * filter_->overlap(other);
    gains[p] = std::sqrt(energies[p]);
  }
  std::size_t p = 0;
  for (std::size_t h = 0; h < static_cast<std::size_t>(half_bits); ++h) {
    gain_[h] = gains[p];
    energy_[h] = energies[p];
    overlap_[h] = overlaps[p];
    if (++p == phases) p = 0;
  }
}

void CoherentReader::choose_pulses(const SoftBits& soft) {
  for (std::size_t k = 0; k < static_cast<std::size_t>(soft.bits); ++k) {
    at_[kPreamblePulses + k] = static_cast<int>(kPreambleHalfBits + 2 * k) + (soft.one(k) ? 0 : 1);
  }
}

void CoherentReader::estimate_turn(const SoftBits& soft) {
  // Neighbouring pulses are one, two or three half-bits apart: what the phase does in between, by distance.
  std::array<Complex, 4> lags{};
  const int pulses = kPreamblePulses + soft.bits;
  for (int n = kPreamblePulses; n + 1 < pulses; ++n) {
    const auto a = static_cast<std::size_t>(at_[static_cast<std::size_t>(n)]);
    const auto b = static_cast<std::size_t>(at_[static_cast<std::size_t>(n) + 1]);
    Complex& lag = lags[b - a];
    lag.i += y_i_[b] * y_i_[a] + y_q_[b] * y_q_[a];
    lag.q += y_q_[b] * y_i_[a] - y_i_[b] * y_q_[a];
  }
  alignas(32) std::array<float, kTurnSteps> score;
  score_turns({lags[1], lags[2], lags[3]}, score.data());
  const auto best = std::max_element(score.begin(), score.end()) - score.begin();
  const float coarse = kTurnStep * (static_cast<float>(best) - kTurnSteps / 2.0F);

  // Finer: the same over groups of pulses, which lie further apart.
  fill_turning(coarse, kPadded, turn_i_.data(), turn_q_.data());
  Complex before{};
  Complex sum{};
  for (int first = kPreamblePulses; first + kGroup <= pulses; first += kGroup) {
    Complex group{};
    for (int n = first; n < first + kGroup; ++n) {
      const auto h = static_cast<std::size_t>(at_[static_cast<std::size_t>(n)]);
      group.i += y_i_[h] * turn_i_[h] - y_q_[h] * turn_q_[h];
      group.q += y_i_[h] * turn_q_[h] + y_q_[h] * turn_i_[h];
    }
    sum.i += group.i * before.i + group.q * before.q;
    sum.q += group.q * before.i - group.i * before.q;
    before = group;
  }
  track_.turn = coarse + std::atan2(sum.q, sum.i + kTiny) / kGroupHalfBits;
}

void CoherentReader::rotate(int half_bits) {
  fill_turning(track_.turn, kPadded, turn_i_.data(), turn_q_.data());
  multiply(y_i_.data(), y_q_.data(), turn_i_.data(), turn_q_.data(), half_bits, z_i_.data(), z_q_.data());
}

void CoherentReader::smooth_phase(int bits) {
  const int pulses = kPreamblePulses + bits;
  std::array<Complex, kPulses + 1> running;
  alignas(32) std::array<float, kPulses> own_i;
  alignas(32) std::array<float, kPulses> own_q;
  Complex sum{};
  for (std::size_t n = 0; n < static_cast<std::size_t>(pulses); ++n) {
    const auto h = static_cast<std::size_t>(at_[n]);
    own_i[n] = z_i_[h] * gain_[h];
    own_q[n] = z_q_[h] * gain_[h];
    running[n] = sum;
    sum.i += own_i[n];
    sum.q += own_q[n];
  }
  running[static_cast<std::size_t>(pulses)] = sum;
  for (int n = 0; n < pulses; ++n) {
    const auto from = static_cast<std::size_t>(std::max(0, n - kPhaseReach));
    const auto to = static_cast<std::size_t>(std::min(pulses, n + kPhaseReach + 1));
    track_.phase_i[static_cast<std::size_t>(n)] = running[to].i - running[from].i;
    track_.phase_q[static_cast<std::size_t>(n)] = running[to].q - running[from].q;
  }
  normalise(pulses, own_i.data(), own_q.data(), track_.phase_i.data(), track_.phase_q.data());
}

// Noise and other transmitters stand across the phase in both halves of a bit alike. What is more where the pulses are
// comes from their own phase, which is not steady, or not well known; along the phase that adds next to nothing.
float CoherentReader::unsteadiness(int bits, const float* across_first, const float* across_second) const {
  float difference = 0.0F;
  for (std::size_t k = 0; k < static_cast<std::size_t>(bits); ++k) {
    const bool one = (at_[kPreamblePulses + k] & 1) == 0;
    difference += one ? across_first[k] - across_second[k] : across_second[k] - across_first[k];
  }
  return std::max(difference / static_cast<float>(bits), 0.0F);
}

void CoherentReader::project(int bits, float noise_power) {
  alignas(32) std::array<float, kLongBits> first;
  alignas(32) std::array<float, kLongBits> second;
  // Compilers that do not vectorise lose sight of who fills these.
  alignas(32) std::array<float, kLongBits> across_first{};
  alignas(32) std::array<float, kLongBits> across_second{};
  turn_to_phase(z_i_.data() + kPreambleHalfBits, z_q_.data() + kPreambleHalfBits,
                track_.phase_i.data() + kPreamblePulses, track_.phase_q.data() + kPreamblePulses, bits, first.data(),
                second.data(), across_first.data(), across_second.data());
  std::array<float, kLongBits + 1> running;
  running[0] = 0.0F;
  const float unsteady = unsteadiness(bits, across_first.data(), across_second.data());
  float along = 0.0F;
  float expected = 0.0F;
  int previous = 0;
  for (std::size_t k = 0; k < static_cast<std::size_t>(bits); ++k) {
    running[k + 1] = running[k] + std::max(across_first[k] + across_second[k] - unsteady, 0.0F);
    const int here = at_[kPreamblePulses + k];
    const auto h = static_cast<std::size_t>(here);
    along += gain_[h] * ((h & 1U) == 0 ? first[k] : second[k]);
    expected += energy_[h];
    if (here == previous + 1) expected += 2.0F * overlap_[h - 1];
    previous = here;
  }
  track_.amplitude = std::max(along / expected, 0.25F * std::sqrt(noise_power));
  alignas(32) std::array<float, kLongBits> noise;
  for (int bit = 0; bit < bits; ++bit) {
    const auto from = static_cast<std::size_t>(std::max(0, bit - kNoiseReach));
    const auto to = static_cast<std::size_t>(std::min(bits, bit + kNoiseReach + 1));
    // Two values a bit, each with half the noise power.
    const auto count = static_cast<float>(to - from);
    noise[static_cast<std::size_t>(bit)] =
        (running[to] - running[from] + kNoiseMemory * noise_power) / (count + kNoiseMemory);
  }
  constexpr std::size_t kData = kPreambleHalfBits;
  weigh({gain_.data() + kData, energy_.data() + kData, overlap_.data() + kData - 1}, first.data(), second.data(),
        noise.data(), track_.amplitude, noise_power, bits, one_.data(), zero_.data(), spill_.data());
}

// The larger of all sequences that end, or begin, in each state; the state is the bit before.
void CoherentReader::find_sequence(SoftBits& soft) const {
  const auto bits = static_cast<std::size_t>(soft.bits);
  std::array<float, kLongBits + 1> after_zero;
  std::array<float, kLongBits + 1> after_one;
  // Nothing is sent right before the first bit: as after a one.
  after_zero[0] = -1e6F;
  after_one[0] = 0.0F;
  for (std::size_t k = 0; k < bits; ++k) {
    after_zero[k + 1] = zero_[k] + std::max(after_zero[k], after_one[k]);
    after_one[k + 1] = one_[k] + std::max(after_one[k], after_zero[k] - spill_[k]);
  }
  float before_zero = 0.0F;
  float before_one = 0.0F;
  for (std::size_t k = bits; k-- > 0;) {
    soft.llr[k] = (after_one[k + 1] + before_one) - (after_zero[k + 1] + before_zero);
    const float zero = zero_[k] + before_zero;
    const float one = one_[k] + before_one;
    before_zero = std::max(zero, one - spill_[k]);
    before_one = std::max(zero, one);
  }
}

void CoherentReader::read(std::size_t tick, float part, float noise_power, SoftBits& soft) {
  const int half_bits = kPreambleHalfBits + 2 * soft.bits;
  fetch(tick, part, half_bits);
  choose_pulses(soft);
  estimate_turn(soft);
  rotate(half_bits);
  smooth_phase(soft.bits);
  project(soft.bits, noise_power);
  find_sequence(soft);
}

}  // namespace airspool::modes
