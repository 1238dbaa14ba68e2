// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <airspool/core/statistics.h>

namespace airspool {
namespace {

void add(Statistics::Radio& to, const Statistics::Radio& more) {
  to.samples += more.samples;
  to.samples_missing += more.samples_missing;
  to.preambles += more.preambles;
  to.bad += more.bad;
  to.unknown_address += more.unknown_address;
  for (std::size_t bits = 0; bits < to.accepted.size(); ++bits) to.accepted[bits] += more.accepted[bits];
  to.strong += more.strong;
  to.signal_power += more.signal_power;
  to.peak_power = std::max(to.peak_power, more.peak_power);
  to.noise_power += more.noise_power;
  to.noise_samples += more.noise_samples;
  to.cpu += more.cpu;
}

void add(Statistics::Positions& to, const Statistics::Positions& more) {
  to.airborne += more.airborne;
  to.surface += more.surface;
  to.by_pair += more.by_pair;
  to.by_own_place += more.by_own_place;
  to.by_receiver += more.by_receiver;
  to.pairs_inconsistent += more.pairs_inconsistent;
  to.pairs_out_of_range += more.pairs_out_of_range;
  to.pairs_implausible += more.pairs_implausible;
  to.lone_out_of_range += more.lone_out_of_range;
  to.lone_implausible += more.lone_implausible;
}

std::optional<double> dbfs(double power) {
  if (!(power > 0.0)) return std::nullopt;
  return 10.0 * std::log10(power);
}

std::optional<double> mean_dbfs(double power, std::uint64_t count) {
  return count == 0 ? std::nullopt : dbfs(power / static_cast<double>(count));
}

}  // namespace

std::optional<double> signal_dbfs(const Statistics::Radio& radio) {
  return mean_dbfs(radio.signal_power, std::accumulate(radio.accepted.begin(), radio.accepted.end(), std::uint64_t{0}));
}
std::optional<double> peak_dbfs(const Statistics::Radio& radio) { return dbfs(radio.peak_power); }
std::optional<double> noise_dbfs(const Statistics::Radio& radio) {
  return mean_dbfs(radio.noise_power, radio.noise_samples);
}

Statistics::Remote& Statistics::Remote::operator+=(const Remote& later) {
  mode_ac += later.mode_ac;
  mode_s += later.mode_s;
  bad += later.bad;
  unknown_address += later.unknown_address;
  accepted += later.accepted;
  return *this;
}

Statistics& Statistics::operator+=(const Statistics& later) {
  add(radio, later.radio);
  remote += later.remote;
  add(positions, later.positions);
  messages += later.messages;
  aircraft += later.aircraft;
  aircraft_of_one_message += later.aircraft_of_one_message;
  sky_cpu += later.sky_cpu;
  end = std::max(end, later.end);
  return *this;
}

}  // namespace airspool
