// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <airspool/core/clock.h>
#include <airspool/core/metrics.h>
#include <airspool/core/statistics.h>
#include <airspool/modes/demodulator_stats.h>
#include <airspool/modes/frame.h>

namespace airspool::collector {

using RejectCounts = std::array<std::uint64_t, modes::kFrameRejectCount>;

// What the dsp thread tells about itself in /metrics. Owned by that thread; `metrics` must outlive it.
class RadioMeters {
 public:
  explicit RadioMeters(metrics::Registry& metrics);

  // Since the last call: what the demodulator met, what it rejected, and the processor time that all of it took.
  void count(const modes::DemodulatorStats& fresh, const RejectCounts& rejects, Nanoseconds cpu);
  void dropped(std::size_t frames) { dropped_.add(frames); }
  void effort(modes::Effort effort);

 private:
  metrics::Counter& samples_;
  metrics::Counter& samples_missing_;
  metrics::Counter& preambles_;
  metrics::Counter& frames_;
  metrics::Counter& dropped_;
  metrics::Counter& strong_;
  metrics::Counter& uncovered_;
  metrics::Counter& awaited_;
  metrics::SpentTime& cpu_;
  metrics::Gauge& effort_;
  std::array<metrics::Counter*, modes::DemodulatorStats::kFormats> by_format_{};  // those that are decoded
  std::array<metrics::Counter*, modes::DemodulatorStats::kRepairedCounts> by_corrected_bits_{};
  std::array<metrics::Counter*, modes::kFoundByCount> by_step_{};
  std::array<metrics::Counter*, modes::kEffortCount> by_effort_{};
  std::array<metrics::Counter*, modes::kFrameRejectCount> rejected_{};
};

// The same, as the status page tells it.
Statistics::Radio radio_statistics(const modes::DemodulatorStats& heard, const RejectCounts& rejects, Nanoseconds cpu);

}  // namespace airspool::collector
