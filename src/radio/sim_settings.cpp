// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <string>

#include <airspool/core/decimal.h>
#include <airspool/radio/sim_settings.h>

namespace airspool::radio {
namespace {

std::string text(double value) {
  std::string out;
  append_decimal(out, value, 6);
  return out;
}

std::optional<Error> out_of_range(std::string_view name, double value, double low, double high) {
  if (value >= low && value <= high) return std::nullopt;  // false for what is not a number
  return Error{ErrorCode::kUsage,
               "simulator: " + std::string(name) + " is " + text(value) + ": give " + text(low) + " to " + text(high)};
}

// Share of the time that is taken when nothing may overlap, with the gaps.
double airtime(const SimSettings& settings) { return settings.messages_per_s * 130e-6 + settings.fruit_per_s * 31e-6; }

}  // namespace

std::optional<Error> check(const SimSettings& settings) {
  if (settings.sample_rate_hz != 2'400'000 && settings.sample_rate_hz != 2'000'000) {
    return Error{ErrorCode::kUsage, "simulator: sample rate " + std::to_string(settings.sample_rate_hz) +
                                        " is not known: give 2400000 or 2000000"};
  }
  const struct {
    std::string_view name;
    double value;
    double low;
    double high;
  } ranges[] = {
      {"aircraft", static_cast<double>(settings.aircraft), 1.0, 2000.0},
      {"messages per second", settings.messages_per_s, 0.0, 5000.0},
      {"fruit per second", settings.fruit_per_s, 0.0, 20000.0},
      {"echo share", settings.echo_share, 0.0, 1.0},
      {"lowest SNR (dB)", settings.snr_low_db, -20.0, 60.0},
      {"highest SNR (dB)", settings.snr_high_db, -20.0, 60.0},
      {"noise (LSB)", settings.noise_lsb, 0.01, 40.0},
      {"receive filter (Hz)", settings.filter_hz, 0.8e6, 2e6},
      {"gain of I over Q", settings.iq_gain, 0.5, 2.0},
      {"DC offset (LSB)", settings.dc_lsb, -20.0, 20.0},
      {"spread of the carriers (Hz)", settings.carrier_spread_hz, 0.0, 1.5e6},
      {"carrier drift (Hz/us)", settings.carrier_drift_hz_per_us, 0.0, 1000.0},
      {"random walk of the phase (rad)", settings.phase_walk_rad, 0.0, 1.0},
      {"phase jitter of a pulse (rad)", settings.phase_jitter_rad, 0.0, 1.0},
      {"latitude of the centre", settings.centre.latitude_deg, -80.0, 80.0},
      {"longitude of the centre", settings.centre.longitude_deg, -180.0, 180.0},
      {"length in seconds", settings.seconds.value_or(1.0), 0.001, 86400.0 * 366.0},
  };
  for (const auto& range : ranges) {
    if (auto error = out_of_range(range.name, range.value, range.low, range.high)) return error;
  }
  if (settings.snr_low_db > settings.snr_high_db) {
    return Error{ErrorCode::kUsage, "simulator: the lowest SNR (" + text(settings.snr_low_db) +
                                        " dB) is above the highest (" + text(settings.snr_high_db) + " dB)"};
  }
  if (!settings.overlaps && (airtime(settings) > 0.6 || settings.echo_share > 0.0)) {
    return Error{
        ErrorCode::kUsage,
        "simulator: a sky without overlaps has no room for that: give fewer messages and fruit, and no echoes"};
  }
  return std::nullopt;
}

const std::vector<SimPreset>& sim_presets() {
  static const std::vector<SimPreset> kPresets = {
      {"clean100", "100 messages/s at 12..30 dB, none of which overlap"},
      {"s200", "200 messages/s at 3..30 dB"},
      {"s800", "800 messages/s at 3..30 dB"},
      {"s2000", "2000 messages/s at 3..30 dB"},
      {"s800fruit", "s800 with 4000 Mode A/C replies/s, and echoes of every tenth transmission"},
      {"weak400", "400 messages/s at 3..15 dB"},
      {"noise", "noise alone"},
      {"s800wide", "s800 through a receive filter of 1.6 MHz; I 5 % stronger than Q, zero 1.3 steps off"},
      {"s800narrow", "s800 through a receive filter of 0.9 MHz; I 5 % stronger than Q, zero 1.3 steps off"},
      {"s800pn1", "s800 from poor transmitters: carriers drift by 30 Hz/us, phase walks 0.05 rad and jitters 0.1 rad"},
      {"s800pn2", "s800 from very poor ones: 200 Hz/us, 0.1 rad, 0.3 rad"},
      {"s800carrier", "s800 with carriers anywhere within the 1 MHz to either side that the standard allows"},
  };
  return kPresets;
}

Result<SimSettings> sim_preset(std::string_view name) {
  SimSettings settings;
  settings.seconds = 60.0;
  settings.snr_by_distance = false;
  const auto traffic = [&settings](double messages_per_s, double low_db, double high_db) {
    settings.messages_per_s = messages_per_s;
    // So many that squitters are about two thirds of all messages.
    settings.aircraft = static_cast<std::uint32_t>(messages_per_s / 8.0);
    settings.snr_low_db = low_db;
    settings.snr_high_db = high_db;
  };
  if (name == "clean100") {
    traffic(100.0, 12.0, 30.0);
    settings.overlaps = false;
  } else if (name == "s200") {
    traffic(200.0, 3.0, 30.0);
  } else if (name == "s800") {
    traffic(800.0, 3.0, 30.0);
  } else if (name == "s2000") {
    traffic(2000.0, 3.0, 30.0);
  } else if (name == "s800fruit") {
    traffic(800.0, 3.0, 30.0);
    settings.fruit_per_s = 4000.0;
    settings.echo_share = 0.1;
  } else if (name == "weak400") {
    traffic(400.0, 3.0, 15.0);
  } else if (name == "s800wide" || name == "s800narrow") {
    traffic(800.0, 3.0, 30.0);
    settings.filter_hz = name == "s800wide" ? 1.6e6 : 0.9e6;
    settings.iq_gain = 1.05;
    settings.dc_lsb = 1.3;
  } else if (name == "s800pn1") {
    traffic(800.0, 3.0, 30.0);
    settings.carrier_drift_hz_per_us = 30.0;
    settings.phase_walk_rad = 0.05;
    settings.phase_jitter_rad = 0.1;
  } else if (name == "s800pn2") {
    traffic(800.0, 3.0, 30.0);
    settings.carrier_drift_hz_per_us = 200.0;
    settings.phase_walk_rad = 0.1;
    settings.phase_jitter_rad = 0.3;
  } else if (name == "s800carrier") {
    traffic(800.0, 3.0, 30.0);
    settings.carrier_spread_hz = 1e6;
  } else if (name == "noise") {
    settings.messages_per_s = 0.0;
  } else {
    std::string known;
    for (const SimPreset& preset : sim_presets()) known += (known.empty() ? "" : ", ") + std::string(preset.name);
    return fail(ErrorCode::kUsage, "simulator: no preset '" + std::string(name) + "': there are " + known);
  }
  return settings;
}

}  // namespace airspool::radio
