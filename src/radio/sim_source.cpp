// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <airspool/radio/signal_simulator.h>
#include <airspool/radio/sim_source.h>

#include "pacer.h"

namespace airspool::radio {
namespace {

constexpr std::size_t kMaxBlockSamples = 16'777'216;

}  // namespace

struct SimSource::State {
  State(const SimSourceSettings& settings, std::unique_ptr<SignalSimulator> sim, PaceTiming timing)
      : simulator(std::move(sim)),
        pacer(settings.pace, settings.sim.sample_rate_hz, std::move(timing)),
        buffer(settings.block_samples * 2) {}

  const std::unique_ptr<SignalSimulator> simulator;
  Pacer pacer;
  SourceInfo info;
  std::vector<std::byte> buffer;
  std::uint64_t position = 0;
};

SimSource::SimSource(std::unique_ptr<State> state) : state_(std::move(state)) {}
SimSource::~SimSource() = default;

Result<std::unique_ptr<SimSource>> SimSource::open(const SimSourceSettings& settings, PaceTiming timing) {
  if (settings.block_samples == 0 || settings.block_samples > kMaxBlockSamples) {
    return fail(ErrorCode::kUsage, "simulator: a block must have 1 to " + std::to_string(kMaxBlockSamples) +
                                       " samples, not " + std::to_string(settings.block_samples));
  }
  auto simulator = SignalSimulator::create(settings.sim);
  if (!simulator) return tl::unexpected(simulator.error());
  auto state = std::make_unique<State>(settings, *std::move(simulator), std::move(timing));
  state->info.name = "simulator";
  state->info.format = SampleFormat::kCu8;
  state->info.sample_rate_hz = settings.sim.sample_rate_hz;
  if (settings.sim.seconds) {
    state->info.total_samples =
        static_cast<std::uint64_t>(std::llround(*settings.sim.seconds * settings.sim.sample_rate_hz));
  }
  return std::unique_ptr<SimSource>(new SimSource(std::move(state)));
}

const SourceInfo& SimSource::info() const { return state_->info; }

Result<IqBlock> SimSource::next() {
  State& state = *state_;
  IqBlock block{{}, SampleFormat::kCu8, state.position};
  state.pacer.start();
  std::uint64_t count = state.buffer.size() / 2;
  if (state.info.total_samples) count = std::min(count, *state.info.total_samples - state.position);
  if (count == 0 || state.pacer.stopped()) return block;
  const std::span<std::byte> bytes(state.buffer.data(), static_cast<std::size_t>(count) * 2);
  state.simulator->fill(bytes);
  if (!state.pacer.wait_for(state.position + count)) return block;
  state.position += count;
  block.bytes = bytes;
  return block;
}

void SimSource::stop() { state_->pacer.stop(); }

}  // namespace airspool::radio
