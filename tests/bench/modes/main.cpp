// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include <airspool/modes/demodulator.h>
#include <airspool/radio/signal_simulator.h>

// Samples and frames per second of processor time, for each effort and each traffic of the yardstick. What else a
// receiver does (decoding, tracking) is in tools/bench/compare.sh.
namespace airspool::modes {
namespace {

constexpr double kSeconds = 4.0;
constexpr std::size_t kBlockSamples = 131'072;
constexpr std::array kSkies = {"noise", "s200", "s800", "s2000"};
constexpr std::array kEfforts = {Effort::kFull, Effort::kBalanced, Effort::kEco};
constexpr std::array kEffortNames = {"full", "balanced", "eco"};

// Made once, outside of what is measured. Empty when it cannot be made.
const std::vector<std::byte>& signal_of(const std::string& sky) {
  static std::map<std::string, std::vector<std::byte>> made;
  std::vector<std::byte>& bytes = made[sky];
  if (!bytes.empty()) return bytes;
  auto settings = radio::sim_preset(sky);
  if (!settings) return bytes;
  auto simulator = radio::SignalSimulator::create(*settings);
  if (!simulator) return bytes;
  bytes.resize(2 * static_cast<std::size_t>(kSeconds * settings->sample_rate_hz));
  (*simulator)->fill(bytes);
  return bytes;
}

void demodulate(benchmark::State& state, const std::string& sky, Effort effort) {
  const std::span<const std::byte> bytes = signal_of(sky);
  DemodulatorSettings settings;
  settings.effort = effort;
  std::size_t frames = 0;
  std::size_t samples = 0;
  FrameSink sink;
  for ([[maybe_unused]] auto round : state) {
    auto demodulator = Demodulator::create(settings);
    if (!demodulator || bytes.empty()) {
      state.SkipWithError("there is no signal, or no demodulator for it");
      return;
    }
    IqBlock block;
    for (std::size_t taken = 0; taken < bytes.size(); taken += block.bytes.size()) {
      block.bytes = bytes.subspan(taken, std::min(2 * kBlockSamples, bytes.size() - taken));
      block.first_sample = taken / 2;
      demodulator->process(block, sink);
      frames += sink.frames.size();
      sink.frames.clear();
    }
    demodulator->finish(sink);
    frames += sink.frames.size();
    sink.frames.clear();
    samples += bytes.size() / 2;
  }
  using benchmark::Counter;
  state.counters["samples"] = Counter(static_cast<double>(samples), Counter::kIsRate);
  state.counters["frames"] = Counter(static_cast<double>(frames), Counter::kIsRate);
  state.counters["cpu_per_signal"] =
      Counter(static_cast<double>(samples) / settings.sample_rate_hz, Counter::kIsRate | Counter::kInvert);
}

void register_all() {
  for (const char* sky : kSkies) {
    for (std::size_t n = 0; n < kEfforts.size(); ++n) {
      const std::string name = std::string("demodulate/") + sky + "/" + kEffortNames[n];
      const Effort effort = kEfforts[n];
      benchmark::RegisterBenchmark(name.c_str(), [sky, effort](benchmark::State& state) {
        demodulate(state, sky, effort);
      })->Unit(benchmark::kMillisecond);
    }
  }
}

}  // namespace
}  // namespace airspool::modes

int main(int count, char** words) {
  airspool::modes::register_all();
  benchmark::Initialize(&count, words);
  if (benchmark::ReportUnrecognizedArguments(count, words)) return 64;  // EX_USAGE
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
