// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <airspool/modes/demodulator_stats.h>
#include <airspool/modes/frame.h>

#include "acceptance.h"
#include "canceller.h"
#include "coherent.h"
#include "effort.h"
#include "first_look.h"
#include "frame_queue.h"
#include "front_end.h"
#include "matched_filter.h"
#include "preamble.h"
#include "pulse_shape.h"

namespace airspool::modes {

// Searches one stretch of samples for frames, the strongest first; takes what it finds out of the samples and searches
// what that covered again. Memory is fixed; one thread.
class StretchSearch {
 public:
  // Start positions that one stretch may have.
  static constexpr std::size_t kMaxStarts = 4096;
  static constexpr std::size_t kMaxSamples = kSamplesBefore + kMaxStarts + kSamplesAfter;

  // Counts into `stats` what it looks at.
  StretchSearch(int ticks_per_sample, Effort effort, KnownAddresses& known, FrameQueue& queue, DemodulatorStats& stats);

  // `iq` holds kSamplesBefore samples, `starts` start positions, and kSamplesAfter samples; what is found is taken out
  // of it. `origin` is the tick of its first sample in the stream, `end` the first of its samples that is none of the
  // stream's.
  void search(std::span<std::int16_t> iq, std::size_t starts, std::size_t end, std::int64_t origin,
              const NoiseEstimate& noise, FrameSink& sink);

  void set_effort(Effort effort);

  // A new stream: what covered its time is no more.
  void reset() { covered_until_ = INT64_MIN; }

 private:
  struct Span {
    std::size_t first = 0;
    std::size_t last = 0;
  };

  void load(std::span<const std::int16_t> iq, const NoiseEstimate& noise);
  void store(std::span<std::int16_t> iq, const NoiseEstimate& noise) const;
  void run_pass();
  void collect_again();
  [[nodiscard]] bool waits(const Candidate& candidate) const;
  void attempt(const Candidate& candidate);
  bool decide(const Candidate& candidate, Verdict& verdict, FoundBy& by);
  void take(const Candidate& candidate, const Verdict& verdict, FoundBy by);
  void take_out(std::size_t tick, float part, Cancelled& cancelled);
  [[nodiscard]] std::int64_t stamp_of(std::size_t tick) const;

  int ticks_per_sample_;
  Effort effort_;
  EffortLimits limits_;
  PulseShape shape_;
  MatchedFilter filter_;
  PreambleSearch preambles_;
  FirstLook look_;
  CoherentReader reader_;
  Canceller canceller_;
  KnownAddresses* known_;
  Acceptance acceptance_;
  FrameQueue* queue_;
  DemodulatorStats* stats_;

  std::vector<float> i_, q_;
  std::vector<Candidate> candidates_;
  std::vector<Candidate> waiting_;
  std::vector<Span> found_;    // by frames of this pass
  std::vector<Span> changed_;  // samples to search again
  std::vector<Span> touched_;  // samples to write back
  SoftBits soft_;

  // Of the stretch at hand.
  std::size_t starts_ = 0;
  std::size_t end_ = 0;
  std::int64_t origin_ = 0;
  float noise_power_ = 0.0F;
  int pass_ = 0;
  FrameSink* sink_ = nullptr;

  // A frame that was proved and not taken out lies before this tick.
  std::int64_t covered_until_ = INT64_MIN;
  float covered_strength_ = 0.0F;
};

}  // namespace airspool::modes
