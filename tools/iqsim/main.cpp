// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <sysexits.h>
#include <unistd.h>

#include <airspool/core/result.h>
#include <airspool/radio/signal_simulator.h>
#include <airspool/radio/sim_settings.h>

#include "output.h"

namespace airspool::iqsim {
namespace {

struct Options {
  std::string out;
  std::string truth;
  std::string preset;
  bool quiet = false;
  std::optional<std::uint64_t> seed;
  std::optional<double> seconds;
  std::optional<std::uint32_t> rate;
  std::optional<std::uint32_t> aircraft;
  std::optional<double> messages;
  std::optional<double> fruit;
  std::optional<double> echoes;
  std::optional<double> noise;
  std::optional<double> filter;
  std::optional<double> iq_gain;
  std::optional<double> dc;
  std::optional<double> carrier_spread;
  std::optional<double> carrier_drift;
  std::optional<double> phase_walk;
  std::optional<double> phase_jitter;
  std::optional<double> lat;
  std::optional<double> lon;
  std::string snr;
  bool by_distance = false;
  bool clean = false;
};

int report(const Error& error) {
  std::cerr << "iqsim: " << error.message << '\n';
  return exit_status(error.code);
}

std::optional<Error> set_snr(const std::string& range, radio::SimSettings& settings) {
  const std::size_t colon = range.find(':');
  double low = 0.0;
  double high = 0.0;
  if (colon == std::string::npos || !CLI::detail::lexical_cast(range.substr(0, colon), low) ||
      !CLI::detail::lexical_cast(range.substr(colon + 1), high)) {
    return Error{ErrorCode::kUsage, "--snr " + range + ": give the lowest and the highest in dB, like 3:30"};
  }
  settings.snr_low_db = low;
  settings.snr_high_db = high;
  return std::nullopt;
}

// The preset first, then what the command line says on its own.
Result<radio::SimSettings> settings_of(const Options& options) {
  radio::SimSettings settings;
  settings.seconds = 60.0;
  settings.snr_by_distance = false;
  if (!options.preset.empty()) {
    Result<radio::SimSettings> preset = radio::sim_preset(options.preset);
    if (!preset) return preset;
    settings = *preset;
  }
  settings.seed = options.seed.value_or(settings.seed);
  if (options.seconds) settings.seconds = options.seconds;
  settings.sample_rate_hz = options.rate.value_or(settings.sample_rate_hz);
  settings.aircraft = options.aircraft.value_or(settings.aircraft);
  settings.messages_per_s = options.messages.value_or(settings.messages_per_s);
  settings.fruit_per_s = options.fruit.value_or(settings.fruit_per_s);
  settings.echo_share = options.echoes.value_or(settings.echo_share);
  settings.noise_lsb = options.noise.value_or(settings.noise_lsb);
  settings.filter_hz = options.filter.value_or(settings.filter_hz);
  settings.iq_gain = options.iq_gain.value_or(settings.iq_gain);
  settings.dc_lsb = options.dc.value_or(settings.dc_lsb);
  settings.carrier_spread_hz = options.carrier_spread.value_or(settings.carrier_spread_hz);
  settings.carrier_drift_hz_per_us = options.carrier_drift.value_or(settings.carrier_drift_hz_per_us);
  settings.phase_walk_rad = options.phase_walk.value_or(settings.phase_walk_rad);
  settings.phase_jitter_rad = options.phase_jitter.value_or(settings.phase_jitter_rad);
  settings.centre.latitude_deg = options.lat.value_or(settings.centre.latitude_deg);
  settings.centre.longitude_deg = options.lon.value_or(settings.centre.longitude_deg);
  if (options.by_distance) settings.snr_by_distance = true;
  if (options.clean) settings.overlaps = false;
  if (!options.snr.empty()) {
    if (auto error = set_snr(options.snr, settings)) return tl::unexpected(*std::move(error));
  }
  return settings;
}

// One line on a terminal that is drawn over again; nothing elsewhere.
class Progress {
 public:
  Progress(bool wanted, double total_s) : shown_(wanted && ::isatty(STDERR_FILENO) == 1), total_s_(total_s) {}

  void show(double done_s) {
    const auto now = std::chrono::steady_clock::now();
    if (!shown_ || now - last_ < std::chrono::milliseconds(200)) return;
    last_ = now;
    const double elapsed_s = std::chrono::duration<double>(now - start_).count();
    std::fprintf(stderr, "\riqsim: %5.1f of %.1f s (%3.0f %%, %.0f x real time) ", done_s, total_s_,
                 100.0 * done_s / total_s_, elapsed_s > 0.0 ? done_s / elapsed_s : 0.0);
  }
  void end() const {
    if (shown_) std::fprintf(stderr, "\r%60s\r", "");
  }
  [[nodiscard]] double elapsed_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  bool shown_;
  double total_s_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point last_;
};

int simulate(const Options& options) {
  const Result<radio::SimSettings> settings = settings_of(options);
  if (!settings) return report(settings.error());
  auto simulator = radio::SignalSimulator::create(*settings);
  if (!simulator) return report(simulator.error());
  if (options.out == options.truth) {
    return report({ErrorCode::kUsage, "--truth " + options.truth + " is the file of --out too: give another name"});
  }
  Result<OutputFile> samples = OutputFile::create(options.out);
  if (!samples) return report(samples.error());
  std::optional<OutputFile> truth;
  if (!options.truth.empty()) {
    Result<OutputFile> file = OutputFile::create(options.truth);
    if (!file) return report(file.error());
    truth = *std::move(file);
    (*simulator)->record_sent(true);
    if (auto error = truth->write(truth_header(*settings))) return report(*error);
  }

  const double rate = settings->sample_rate_hz;
  const auto total = static_cast<std::uint64_t>(std::llround(*settings->seconds * rate));
  std::vector<std::byte> block(2 * 262'144);
  std::string lines;
  std::size_t messages = 0;
  Progress progress(!options.quiet, *settings->seconds);
  for (std::uint64_t done = 0; done < total;) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(block.size() / 2, total - done));
    const std::span<std::byte> bytes(block.data(), count * 2);
    (*simulator)->fill(bytes);
    if (auto error = samples->write(bytes)) return report(*error);
    done += count;
    if (truth) {
      lines.clear();
      const std::vector<radio::SentMessage> sent = (*simulator)->take_sent();
      for (const radio::SentMessage& message : sent) append_truth(lines, message);
      messages += sent.size();
      if (auto error = truth->write(lines)) return report(*error);
    }
    progress.show(static_cast<double>(done) / rate);
  }
  progress.end();
  if (auto error = samples->close()) return report(*error);
  if (truth) {
    if (auto error = truth->close()) return report(*error);
  }
  if (!options.quiet) {
    std::fprintf(stderr, "iqsim: %.1f s of IQ in %s", *settings->seconds, options.out.c_str());
    if (truth) std::fprintf(stderr, ", %zu messages in %s", messages, options.truth.c_str());
    std::fprintf(stderr, " (%.0f x real time)\n", *settings->seconds / std::max(progress.elapsed_s(), 1e-3));
  }
  return EX_OK;
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("-o,--out", options.out, "file for the samples (unsigned 8-bit I, Q, ...); - is standard output")
      ->required();
  app.add_option("-t,--truth", options.truth, "file for what was sent, one message a line");
  std::string presets = "a kind of sky; other options change it:";
  for (const radio::SimPreset& preset : radio::sim_presets()) {
    presets += "\n  " + std::string(preset.name) + ": " + std::string(preset.summary);
  }
  app.add_option("-p,--preset", options.preset, presets);
  app.add_option("--seconds", options.seconds, "length of the signal (60)");
  app.add_option("--rate", options.rate, "samples per second: 2400000 (default) or 2000000");
  app.add_option("--seed", options.seed, "the same seed and options give the same bytes (1)");
  app.add_option("--aircraft", options.aircraft, "how many aircraft (60)");
  app.add_option("--messages", options.messages, "Mode S messages per second (400)");
  app.add_option("--snr", options.snr, "lowest:highest SNR in dB (8:30), drawn anew for each message");
  app.add_flag("--by-distance", options.by_distance, "SNR by the distance of the aircraft instead");
  app.add_option("--fruit", options.fruit, "Mode A/C replies per second (0)");
  app.add_option("--echoes", options.echoes, "share of transmissions that are heard twice, 0 to 1 (0)");
  app.add_flag("--clean", options.clean, "nothing overlaps");
  app.add_option("--noise", options.noise, "noise of I and of Q in steps of the converter, RMS (3)");
  app.add_option("--filter", options.filter, "where the receive filter is 3 dB down, Hz (1200000)");
  app.add_option("--iq-gain", options.iq_gain, "gain of I over that of Q (1)");
  app.add_option("--dc", options.dc, "what the converter adds to I and Q, in its steps (0)");
  app.add_option("--carrier-spread", options.carrier_spread, "how far carriers may be off to either side, Hz (60000)");
  app.add_option("--carrier-drift", options.carrier_drift, "drift of the carrier within a transmission, Hz per us (0)");
  app.add_option("--phase-walk", options.phase_walk, "random walk of the phase, rad after 1 us, RMS (0)");
  app.add_option("--phase-jitter", options.phase_jitter, "phase of each pulse by itself, rad, RMS (0)");
  app.add_option("--lat", options.lat, "latitude of the antenna, degrees north (48)");
  app.add_option("--lon", options.lon, "longitude of the antenna, degrees east (8)");
  app.add_flag("-q,--quiet", options.quiet, "say nothing but errors");
}

int run(int argc, char** argv) {
  CLI::App app{
      "iqsim: writes the 1090 MHz signal of a simulated sky, and what was sent in it.\n"
      "Try: iqsim --preset s800 --out s800.cu8 --truth s800.truth",
      "iqsim"};
  app.footer(
      "SNR is 10 log10(A^2 / 2 sigma^2): A the plateau of a pulse, sigma the noise of I or Q.\n"
      "The truth file is tab-separated; its head names the columns. Strong messages that nothing overlaps:\n"
      "  awk -F'\\t' '!/^#/ && $5 > 15 && $6 == 0 {print $2}' s800.truth");
  app.failure_message([](const CLI::App*, const CLI::Error& error) {
    return "iqsim: " + std::string(error.what()) + "\nTry 'iqsim --help'.\n";
  });
  Options options;
  add_options(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? EX_OK : EX_USAGE;
  }
  return simulate(options);
}

}  // namespace
}  // namespace airspool::iqsim

int main(int argc, char** argv) {
  try {
    return airspool::iqsim::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "iqsim: internal error: %s (please report it)\n", error.what());
    return EX_SOFTWARE;
  }
}
