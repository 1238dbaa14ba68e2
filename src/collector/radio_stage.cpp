// SPDX-License-Identifier: Apache-2.0
#include "radio_stage.h"

#include <string>
#include <utility>

#include <airspool/core/log.h>

namespace airspool::collector {

RadioStage::RadioStage(std::unique_ptr<radio::SampleSource> source, modes::Demodulator demodulator, const Clock& clock,
                       SkyChannel& sky, metrics::Registry& metrics)
    : source_(std::move(source)),
      demodulator_(std::move(demodulator)),
      clock_(clock),
      sky_(sky),
      metrics_(metrics),
      samples_(metrics.counter("airspool_samples_total", "IQ samples taken from the radio.")),
      frames_(metrics.counter("airspool_frames_total", "Mode S frames accepted.")),
      frames_dropped_(
          metrics.counter("airspool_frames_dropped_total", "Frames dropped because the sky thread did not keep up.")) {}

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
    demodulator_.process(*block, sink_);
    samples_.add(block->samples());
    end_tick = (block->first_sample + block->samples()) * ticks_per_sample;
    deliver({std::exchange(sink_.frames, {}), end_tick, clock_.boot_now()});
  }
  demodulator_.finish(sink_);
  deliver({std::exchange(sink_.frames, {}), end_tick, clock_.boot_now()});
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
