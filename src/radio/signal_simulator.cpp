// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include <airspool/radio/signal_simulator.h>

#include "sim/exact_math.h"
#include "sim/modulator.h"
#include "sim/noise.h"
#include "sim/phase_noise.h"
#include "sim/random.h"
#include "sim/traffic.h"

namespace airspool::radio {
namespace {

using sim::Transmission;

constexpr std::size_t kChunk = 8192;
// The longest transmission with its echo and the reach of the filter: 120 + 6 + 1 us.
constexpr std::size_t kTail = 320;
// What starts so soon after a chunk already shows in it, by way of the filter.
constexpr double kForeshadowS = 1e-6;

// Something on the air, for finding what overlaps.
struct OnAir {
  double start_s;
  double end_s;
  double snr_db;
};

bool overlap(const OnAir& a, const OnAir& b) { return a.start_s < b.end_s && b.start_s < a.end_s; }

}  // namespace

struct SignalSimulator::State {
  explicit State(const SimSettings& sim_settings)
      : settings(sim_settings),
        traffic(sim_settings),
        modulator(sim_settings.sample_rate_hz, sim_settings.filter_hz),
        converter(sim_settings.seed, sim_settings.noise_lsb, sim_settings.iq_gain, sim_settings.dc_lsb),
        phase_noise(sim_settings),
        phase_random(sim_settings.seed, 4),
        i(kChunk + kTail, 0.0F),
        q(kChunk + kTail, 0.0F),
        next(traffic.next()) {}

  void fill(std::span<std::byte> out);
  void transmit(const Transmission& sent);
  void record(const Transmission& sent);
  [[nodiscard]] SentMessage describe(const Transmission& sent) const;

  const SimSettings settings;
  sim::Traffic traffic;
  sim::Modulator modulator;
  sim::NoisyConverter converter;
  sim::PhaseNoise phase_noise;
  sim::Random phase_random;
  std::vector<float> i;  // what is on the air from sample `position` on, without noise
  std::vector<float> q;
  std::uint64_t position = 0;  // index of the next sample to hand out
  Transmission next;           // drawn, and not yet on the air
  std::vector<sim::PulseRun> runs;

  bool recording = false;
  std::vector<SentMessage> sent_messages;  // in time order; not yet handed out
  // What may still overlap with a newcomer. `message` is its place in sent_messages, or none for fruit and echoes.
  struct Known {
    OnAir air;
    std::optional<std::size_t> message;
  };
  std::vector<Known> on_air;
};

void SignalSimulator::State::fill(std::span<std::byte> out) {
  std::size_t left = out.size() / 2;
  std::byte* to = out.data();
  const double rate = settings.sample_rate_hz;
  while (left > 0) {
    const std::size_t count = std::min(left, kChunk);
    const double horizon_s = static_cast<double>(position + count) / rate + kForeshadowS;
    while (next.start_s < horizon_s) {
      transmit(next);
      if (recording) record(next);
      next = traffic.next();
    }
    converter.convert({i.data(), count}, {q.data(), count}, {to, count * 2});
    for (std::vector<float>* plane : {&i, &q}) {
      std::memmove(plane->data(), plane->data() + count, (plane->size() - count) * sizeof(float));
      std::fill(plane->end() - static_cast<std::ptrdiff_t>(count), plane->end(), 0.0F);
    }
    position += count;
    left -= count;
    to += count * 2;
  }
}

void SignalSimulator::State::transmit(const Transmission& sent) {
  if (sent.aircraft == Transmission::kFruit) {
    sim::mode_ac_runs(sent.code, runs);
  } else {
    sim::mode_s_runs(sent.frame.span(), runs);
  }
  sim::Carrier carrier;
  carrier.amplitude = settings.noise_lsb * std::sqrt(2.0) * sim::amplitude_of_db(sent.snr_db);
  carrier.phase_rad = sent.phase_rad;
  carrier.offset_hz = sent.carrier_offset_hz;
  if (!phase_noise.is_silent()) {
    phase_noise.draw(phase_random, runs.size(), sent.end_s - sent.start_s);
    carrier.noise = &phase_noise;
  }
  modulator.add(sent.start_s, runs, carrier, position, i, q);
  if (sent.echo_delay_s <= 0.0) return;
  carrier.amplitude *= sim::amplitude_of_db(-sent.echo_loss_db);
  // The phase of a reflection has nothing to do with that of the direct way; the delay in nanoseconds scatters it.
  carrier.phase_rad += sent.echo_delay_s * 1e9;
  modulator.add(sent.start_s + sent.echo_delay_s, runs, carrier, position, i, q);
}

void SignalSimulator::State::record(const Transmission& sent) {
  on_air.erase(std::remove_if(on_air.begin(), on_air.end(),
                              [&sent](const Known& known) { return known.air.end_s <= sent.start_s; }),
               on_air.end());
  const OnAir direct{sent.start_s, sent.end_s, sent.snr_db};
  std::optional<std::size_t> message;
  if (sent.aircraft != Transmission::kFruit) {
    message = sent_messages.size();
    sent_messages.push_back(describe(sent));
  }
  const auto add = [this](const Known& newcomer) {
    const auto suffer = [this](const std::optional<std::size_t>& victim, const OnAir& own, const OnAir& other) {
      if (!victim) return;
      SentMessage& told = sent_messages[*victim];
      ++told.overlaps;
      told.sir_db = std::min(told.sir_db.value_or(1e9), own.snr_db - other.snr_db);
    };
    for (const Known& known : on_air) {
      if (!overlap(known.air, newcomer.air)) continue;
      suffer(known.message, known.air, newcomer.air);
      suffer(newcomer.message, newcomer.air, known.air);
    }
    on_air.push_back(newcomer);
  };
  add({direct, message});
  if (sent.echo_delay_s > 0.0) {
    const OnAir echo{sent.start_s + sent.echo_delay_s, sent.end_s + sent.echo_delay_s, sent.snr_db - sent.echo_loss_db};
    add({echo, std::nullopt});
  }
}

SentMessage SignalSimulator::State::describe(const Transmission& sent) const {
  const sim::Aircraft& aircraft = traffic.aircraft()[sent.aircraft];
  SentMessage told;
  told.time_s = sent.start_s;
  told.bytes = sent.frame.bytes;
  told.length = sent.frame.length;
  told.icao24 = aircraft.address();
  told.snr_db = sent.snr_db;
  told.carrier_offset_hz = sent.carrier_offset_hz;
  told.position = aircraft.position();
  told.altitude_ft = aircraft.altitude_ft();
  told.ground_speed_kt = aircraft.ground_speed_kt();
  told.true_track_deg = aircraft.track_deg();
  told.vertical_rate_fpm = aircraft.vertical_rate_fpm();
  told.on_ground = aircraft.on_ground();
  return told;
}

SignalSimulator::SignalSimulator(std::unique_ptr<State> state) : state_(std::move(state)) {}
SignalSimulator::~SignalSimulator() = default;

Result<std::unique_ptr<SignalSimulator>> SignalSimulator::create(const SimSettings& settings) {
  if (auto error = check(settings)) return tl::unexpected(*std::move(error));
  return std::unique_ptr<SignalSimulator>(new SignalSimulator(std::make_unique<State>(settings)));
}

void SignalSimulator::fill(std::span<std::byte> out) { state_->fill(out); }

void SignalSimulator::record_sent(bool on) { state_->recording = on; }

std::vector<SentMessage> SignalSimulator::take_sent() {
  State& state = *state_;
  const double now_s = static_cast<double>(state.position) / state.settings.sample_rate_hz;
  const auto unfinished =
      std::find_if(state.sent_messages.begin(), state.sent_messages.end(), [now_s](const SentMessage& message) {
        return message.time_s + sim::kPreambleS + sim::kBitS * 8.0 * message.length > now_s;
      });
  const auto taken = static_cast<std::size_t>(unfinished - state.sent_messages.begin());
  std::vector<SentMessage> result(state.sent_messages.begin(), unfinished);
  state.sent_messages.erase(state.sent_messages.begin(), unfinished);
  // Places in the list move up; what was handed out has ended, so nothing later overlaps it.
  for (State::Known& known : state.on_air) {
    if (!known.message) continue;
    known.message = *known.message >= taken ? std::optional(*known.message - taken) : std::nullopt;
  }
  return result;
}

}  // namespace airspool::radio
