// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <airspool/core/clock.h>
#include <airspool/core/cpu_clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/modes/demodulator.h>
#include <airspool/radio/gain_control.h>
#include <airspool/radio/sample_source.h>

#include "effort_governor.h"
#include "radio_meters.h"
#include "stream.h"

namespace airspool::collector {

// Samples in, frames out: the body of the dsp thread, which owns the source and the demodulator. A full sky channel
// costs the newest block's frames, counted; the samples go on. With `adapts` the effort follows the time that is there,
// and says so. Once for a second of signal it tells the sky thread what it counted.
class RadioStage {
 public:
  struct Effort {
    modes::Effort wanted = modes::Effort::kFull;
    bool adapts = false;  // the source does not wait: a dongle, or a recording played as it was received
  };

  RadioStage(std::unique_ptr<radio::SampleSource> source, modes::Demodulator demodulator, Effort effort,
             const Clock& clock, SkyChannel& sky, metrics::Registry& metrics, CpuClock cpu_time = thread_cpu_time);

  // Until the source ends or stop() is called.
  void run();
  // From any thread.
  void stop() { source_->stop(); }
  // Of the source; null for one without a tuner. From any thread, for as long as this lives.
  [[nodiscard]] radio::GainControl* gain() const { return source_->gain(); }
  // Beats while it works; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

 private:
  void deliver(FrameBlock block);
  void count();
  void report();
  void govern(Nanoseconds signal, Nanoseconds work);

  std::unique_ptr<radio::SampleSource> source_;
  modes::Demodulator demodulator_;
  const bool adapts_;
  EffortGovernor governor_;
  const Clock& clock_;
  SkyChannel& sky_;
  const CpuClock cpu_time_;
  RadioMeters meters_;
  Heartbeat heart_;
  modes::FrameSink sink_;
  // Counted so far.
  RejectCounts counted_rejects_{};
  Nanoseconds counted_cpu_{0};
  // Counted, and not told yet.
  modes::DemodulatorStats heard_;
  RejectCounts rejects_{};
  Nanoseconds cpu_{0};
};

}  // namespace airspool::collector
