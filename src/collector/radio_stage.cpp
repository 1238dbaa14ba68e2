// SPDX-License-Identifier: Apache-2.0
#include "radio_stage.h"

#include <chrono>
#include <cmath>
#include <string>
#include <utility>

#include <airspool/core/log.h>

namespace airspool::collector {
namespace {

int level_of(modes::Effort effort) {
  switch (effort) {
    case modes::Effort::kEco:
      return 1;
    case modes::Effort::kBalanced:
      return 2;
    default:
      return 3;
  }
}

std::string name_of(modes::Effort effort) {
  switch (effort) {
    case modes::Effort::kEco:
      return "eco";
    case modes::Effort::kBalanced:
      return "balanced";
    default:
      return "full";
  }
}

}  // namespace

RadioStage::RadioStage(std::unique_ptr<radio::SampleSource> source, modes::Demodulator demodulator, Effort effort,
                       const Clock& clock, SkyChannel& sky, metrics::Registry& metrics)
    : source_(std::move(source)),
      demodulator_(std::move(demodulator)),
      adapts_(effort.adapts),
      governor_(effort.wanted),
      clock_(clock),
      sky_(sky),
      metrics_(metrics),
      samples_(metrics.counter("airspool_samples_total", "IQ samples taken from the radio.")),
      frames_(metrics.counter("airspool_frames_total", "Mode S frames accepted.")),
      frames_dropped_(
          metrics.counter("airspool_frames_dropped_total", "Frames dropped because the sky thread did not keep up.")),
      work_ms_(metrics.counter("airspool_demodulator_milliseconds_total", "Time spent on demodulation.")),
      effort_level_(metrics.gauge("airspool_demodulator_effort", "Effort at work: 3 full, 2 balanced, 1 eco.")) {
  effort_level_.set(level_of(effort.wanted));
}

void RadioStage::run() {
  // A whole number at every rate that the demodulator takes, and no product that overflows after a week.
  const std::uint64_t ticks_per_sample = 12'000'000 / source_->info().sample_rate_hz;
  std::uint64_t end_tick = 0;
  while (true) {
    const auto block = source_->next();
    if (!block) {
      log::error("radio", block.error().message, {{"source", source_->info().name}});
      break;
    }
    if (block->samples() == 0) break;
    const BootTime begin = clock_.boot_now();
    demodulator_.process(*block, sink_);
    govern(Nanoseconds(static_cast<Nanoseconds::rep>(block->samples() * ticks_per_sample * 250 / 3)),
           clock_.boot_now() - begin);
    samples_.add(block->samples());
    end_tick = (block->first_sample + block->samples()) * ticks_per_sample;
    deliver({std::exchange(sink_.frames, {}), end_tick, clock_.boot_now()});
  }
  demodulator_.finish(sink_);
  deliver({std::exchange(sink_.frames, {}), end_tick, clock_.boot_now()});
}

void RadioStage::govern(Nanoseconds signal, Nanoseconds work) {
  work_ += work;
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(work_);
  work_ms_.add(static_cast<std::uint64_t>(whole.count()));
  work_ -= whole;
  if (!adapts_) return;
  const modes::Effort before = governor_.effort();
  const auto effort = governor_.observe(signal, work);
  if (!effort) return;
  demodulator_.set_effort(*effort);
  effort_level_.set(level_of(*effort));
  const std::string load = std::to_string(std::lround(100.0 * governor_.load())) + " %";
  if (level_of(*effort) < level_of(before)) {
    log::warning("radio", "demodulation takes nearly as long as the signal: less effort until there is room",
                 {{"effort", name_of(*effort)}, {"load", load}});
  } else {
    log::info("radio", "there is room again: more effort", {{"effort", name_of(*effort)}, {"load", load}});
  }
}

void RadioStage::deliver(FrameBlock block) {
  count_rejects();
  const std::size_t count = block.frames.size();
  frames_.add(count);
  if (count == 0) return;
  SkyInput input(std::move(block));
  if (!sky_.try_push(std::move(input))) frames_dropped_.add(count);
}

void RadioStage::count_rejects() {
  for (std::size_t i = 0; i < modes::kFrameRejectCount; ++i) {
    const std::uint64_t fresh = sink_.rejects[i] - counted_rejects_[i];
    if (fresh == 0) continue;
    counted_rejects_[i] = sink_.rejects[i];
    const auto reason = modes::to_string(static_cast<modes::FrameReject>(i));
    metrics_
        .counter("airspool_frames_rejected_total", "What looked like a frame and is none.",
                 {{"reason", std::string(reason)}})
        .add(fresh);
  }
}

}  // namespace airspool::collector
