// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <airspool/core/geo.h>
#include <airspool/core/result.h>

namespace airspool::radio {

// The simulated sky and the signal it gives: the same settings and seed give the same bytes, with any compiler.
// SNR is 10 log10(A^2 / 2 sigma^2): A the plateau of a pulse, sigma the noise of one component (I or Q).
struct SimSettings {
  std::uint64_t seed = 1;
  std::uint32_t sample_rate_hz = 2'400'000;  // or 2'000'000
  GeoPosition centre{48.0, 8.0};             // where the antenna stands

  std::uint32_t aircraft = 60;    // 1 .. 2000, of which a few taxi around the antenna
  double messages_per_s = 400.0;  // Mode S messages of all aircraft together; 0 .. 5000, 0 = noise only
  double fruit_per_s = 0.0;       // Mode A/C replies; 0 .. 20000
  double echo_share = 0.0;        // 0 .. 1: share of transmissions that are heard again by way of a reflection
  bool overlaps = true;           // false: each transmission waits until the one before it has ended

  double snr_low_db = 8.0;
  double snr_high_db = 30.0;
  // True: by the aircraft's distance, from snr_high_db at 20 km to snr_low_db at 250 km, with its own transmitter's
  // strength on top. False: each message anew, uniform in the range.
  bool snr_by_distance = true;
  double noise_lsb = 3.0;  // sigma of I and of Q, in steps of the 8-bit converter; above 0, at most 40

  // The receiver.
  double filter_hz = 1.2e6;  // where its low-pass is 3 dB down, 0.8e6 .. 2e6; the noise is white all the same
  double iq_gain = 1.0;      // gain of I over that of Q, signal and noise; 0.5 .. 2
  double dc_lsb = 0.0;       // what the converter adds to I and to Q; -20 .. 20

  // The transmitters. An aircraft keeps its carrier, anywhere within the spread on either side (Annex 10 Vol IV
  // 3.1.2.1.1 allows 1e6 Hz); Mode A/C replies have at least 100 kHz.
  double carrier_spread_hz = 60e3;  // 0 .. 1.5e6
  // Carriers that are no pure lines, and what strays within one transmission. It draws from a generator of its own: two
  // skies of one seed that differ only in this, or in the receiver, hold the same messages.
  double carrier_drift_hz_per_us = 0.0;  // steady, up or down by chance; 0 .. 1000
  double phase_walk_rad = 0.0;           // sigma of a random walk of the phase after 1 us; 0 .. 1
  double phase_jitter_rad = 0.0;         // sigma of the phase of each pulse by itself; 0 .. 1

  std::optional<double> seconds;  // length of the signal; nothing: it never ends
};

// Nothing when the settings make sense; else kUsage, naming the setting and its range.
std::optional<Error> check(const SimSettings& settings);

// Settings of a named kind of sky, all 60 s at 2.4 MS/s: see sim_presets().
Result<SimSettings> sim_preset(std::string_view name);

struct SimPreset {
  std::string_view name;
  std::string_view summary;
};
// All names that sim_preset knows.
const std::vector<SimPreset>& sim_presets();

}  // namespace airspool::radio
