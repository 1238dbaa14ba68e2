// SPDX-License-Identifier: Apache-2.0
// known_aircraft_bench KNOWN [EFFORT [SECONDS]]: demodulates SECONDS of a simulated sky (s800: 800 messages/s) after
// KNOWN further aircraft have proved their addresses, and prints what it took. Under callgrind with
// --toggle-collect=airspool_measured only that is counted: tools/bench/known_aircraft.sh.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string_view>
#include <vector>

#include <airspool/core/iq_block.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/signal_simulator.h>
#include <airspool/radio/sim_settings.h>

#include "unit/modes/test_signal.h"

namespace {

using airspool::SampleFormat;
using airspool::modes::Demodulator;
using airspool::modes::Effort;
using airspool::modes::FrameSink;

constexpr std::uint32_t kRate = 2'400'000;
constexpr double kAllCallEvery = 130e-6;

std::vector<std::byte> simulate(double seconds) {
  auto settings = airspool::radio::sim_preset("s800");
  if (!settings) return {};
  auto simulator = airspool::radio::SignalSimulator::create(*settings);
  if (!simulator) return {};
  std::vector<std::byte> samples(2 * static_cast<std::size_t>(seconds * kRate));
  (*simulator)->fill(samples);
  return samples;
}

// Loud acquisition squitters of aircraft that are then silent.
std::vector<std::byte> introduce(std::uint32_t aircraft) {
  airspool::modes::test::TestSignal signal(kRate, 0.01 + kAllCallEvery * aircraft);
  std::uint32_t random = 1;
  for (std::uint32_t n = 0; n < aircraft; ++n) {
    random = random * 1664525U + 1013904223U;
    const std::uint32_t address = random >> 8U;
    signal.add({airspool::modes::test::with_parity({0x5D, static_cast<std::uint8_t>(address >> 16U),
                                                    static_cast<std::uint8_t>(address >> 8U),
                                                    static_cast<std::uint8_t>(address), 0, 0, 0}),
                1e-3 + kAllCallEvery * n});
  }
  signal.add_noise(1.1e-3);
  return signal.cu8();
}

}  // namespace

extern "C" __attribute__((noinline)) void airspool_measured(Demodulator& demodulator, const airspool::IqBlock& block,
                                                            FrameSink& sink) {
  demodulator.process(block, sink);
}

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fputs("usage: known_aircraft_bench KNOWN_AIRCRAFT [full|balanced|eco [SECONDS]]\n", stderr);
    return 64;
  }
  const auto known = static_cast<std::uint32_t>(std::strtoul(argv[1], nullptr, 10));
  const std::string_view name = argc > 2 ? argv[2] : "full";
  const Effort effort = name == "eco" ? Effort::kEco : name == "balanced" ? Effort::kBalanced : Effort::kFull;
  const double seconds = argc > 3 ? std::strtod(argv[3], nullptr) : 1.0;

  const std::vector<std::byte> before = introduce(known);
  const std::vector<std::byte> sky = simulate(seconds);
  auto demodulator = Demodulator::create({.sample_rate_hz = kRate, .effort = effort});
  if (!demodulator) return 70;
  FrameSink sink;
  demodulator->process({before, SampleFormat::kCu8, 0}, sink);
  const std::clock_t began = std::clock();
  airspool_measured(*demodulator, {sky, SampleFormat::kCu8, before.size() / 2}, sink);
  const std::clock_t ended = std::clock();
  demodulator->finish(sink);
  std::printf("%u known before, %s, %zu samples: %.1f ms of processor time for a second of signal; %zu frames\n", known,
              argc > 2 ? argv[2] : "full", sky.size() / 2,
              1e3 * static_cast<double>(ended - began) / CLOCKS_PER_SEC / seconds, sink.frames.size());
  return 0;
}
