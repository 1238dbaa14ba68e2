// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include <airspool/modes/demodulator_stats.h>

namespace airspool::modes {
namespace {

template <std::size_t N>
void add(std::array<std::uint64_t, N>& to, const std::array<std::uint64_t, N>& more) {
  for (std::size_t n = 0; n < N; ++n) to[n] += more[n];
}

std::optional<double> dbfs(double power) {
  if (power <= 0.0) return std::nullopt;
  return 10.0 * std::log10(power);
}

}  // namespace

std::string_view to_string(Effort effort) {
  switch (effort) {
    case Effort::kEco:
      return "eco";
    case Effort::kBalanced:
      return "balanced";
    case Effort::kFull:
      break;
  }
  return "full";
}

std::string_view to_string(FoundBy step) {
  switch (step) {
    case FoundBy::kCodewordSearch:
      return "codeword_search";
    case FoundBy::kPhase:
      return "phase";
    case FoundBy::kFirstLook:
      break;
  }
  return "first_look";
}

DemodulatorStats& DemodulatorStats::operator+=(const DemodulatorStats& later) {
  samples += later.samples;
  samples_missing += later.samples_missing;
  preambles += later.preambles;
  not_pulses += later.not_pulses;
  frames += later.frames;
  add(by_format, later.by_format);
  add(by_corrected_bits, later.by_corrected_bits);
  add(by_step, later.by_step);
  add(by_effort, later.by_effort);
  uncovered += later.uncovered;
  awaited += later.awaited;
  strong += later.strong;
  signal_power += later.signal_power;
  peak_power = std::max(peak_power, later.peak_power);
  noise_power += later.noise_power;
  noise_samples += later.noise_samples;
  return *this;
}

std::optional<double> DemodulatorStats::mean_signal_dbfs() const {
  return frames == 0 ? std::nullopt : dbfs(signal_power / static_cast<double>(frames));
}

std::optional<double> DemodulatorStats::peak_signal_dbfs() const { return dbfs(peak_power); }

std::optional<double> DemodulatorStats::noise_floor_dbfs() const {
  return noise_samples == 0 ? std::nullopt : dbfs(noise_power / static_cast<double>(noise_samples));
}

}  // namespace airspool::modes
