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
