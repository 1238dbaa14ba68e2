// SPDX-License-Identifier: Apache-2.0
#include "radio_stage.h"

#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include <airspool/core/log.h>

namespace airspool::collector {

RadioStage::RadioStage(std::unique_ptr<radio::SampleSource> source, modes::Demodulator demodulator, Effort effort,
                       const Clock& clock, SkyChannel& sky, metrics::Registry& metrics, CpuClock cpu_time)
    : source_(std::move(source)),
      demodulator_(std::move(demodulator)),
      adapts_(effort.adapts),
      governor_(effort.wanted),
      clock_(clock),
      sky_(sky),
      cpu_time_(std::move(cpu_time)),
      meters_(metrics) {
  meters_.effort(effort.wanted);
}

void RadioStage::run() {
  // A whole number at every rate that the demodulator takes, and no product that overflows after a week.
  const std::uint64_t ticks_per_sample = 12'000'000 / source_->info().sample_rate_hz;
  std::uint64_t end_tick = 0;
  BootTime end = clock_.boot_now();
  counted_cpu_ = cpu_time_();
  while (true) {
    heart_.rest();  // the source watches itself: a dongle may be away, a pipe silent
    const auto block = source_->next();
    heart_.beat();
    if (!block) {
      log::error("radio", block.error().message, {{"source", source_->info().name}});
      break;
    }
    if (block->samples() == 0) break;
    const BootTime begin = clock_.boot_now();
    demodulator_.process(*block, sink_);
    govern(Nanoseconds(static_cast<Nanoseconds::rep>(block->samples() * ticks_per_sample * 250 / 3)),
           clock_.boot_now() - begin);
    end_tick = (block->first_sample + block->samples()) * ticks_per_sample;
    count();
    // Blocks that waited are placed where they came, not where they were read.
    end = block->arrived.value_or(clock_.boot_now());
    deliver({std::exchange(sink_.frames, {}), end_tick, end});
    if (heard_.samples + heard_.samples_missing >= source_->info().sample_rate_hz) report();
  }
  demodulator_.finish(sink_);
  count();
  deliver({std::exchange(sink_.frames, {}), end_tick, end});
  report();
  heart_.rest();
}

void RadioStage::govern(Nanoseconds signal, Nanoseconds work) {
  if (!adapts_) return;
  const modes::Effort before = governor_.effort();
  const auto effort = governor_.observe(signal, work);
  if (!effort) return;
  demodulator_.set_effort(*effort);
  meters_.effort(*effort);
  const std::string load = std::to_string(std::lround(100.0 * governor_.load())) + " %";
  if (*effort > before) {  // in the order of their names: less
    log::warning("radio", "demodulation takes nearly as long as the signal: less effort until there is room",
                 {{"effort", std::string(modes::to_string(*effort))}, {"load", load}});
  } else {
    log::info("radio", "there is room again: more effort",
              {{"effort", std::string(modes::to_string(*effort))}, {"load", load}});
  }
}

void RadioStage::deliver(FrameBlock block) {
  const std::size_t count = block.frames.size();
  if (count == 0) return;
  SkyInput input(std::move(block));
  if (!sky_.try_push(std::move(input))) meters_.dropped(count);
}

void RadioStage::count() {
  const modes::DemodulatorStats fresh = demodulator_.take_stats();
  RejectCounts rejects{};
  for (std::size_t reason = 0; reason < rejects.size(); ++reason) {
    rejects[reason] = sink_.rejects[reason] - counted_rejects_[reason];
    rejects_[reason] += rejects[reason];
  }
  counted_rejects_ = sink_.rejects;
  const Nanoseconds now = cpu_time_();
  const Nanoseconds cpu = now - std::exchange(counted_cpu_, now);
  meters_.count(fresh, rejects, cpu);
  if (radio::GainControl* const gain = source_->gain()) {
    gain->observe({static_cast<double>(fresh.samples) / source_->info().sample_rate_hz, fresh.frames, fresh.strong,
                   fresh.noise_power, fresh.noise_samples});
  }
  heard_ += fresh;
  cpu_ += cpu;
}

void RadioStage::report() {
  SkyInput told(radio_statistics(heard_, rejects_, cpu_));
  if (!sky_.try_push(std::move(told))) return;
  heard_ = {};
  rejects_ = {};
  cpu_ = {};
}

}  // namespace airspool::collector
