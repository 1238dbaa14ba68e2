// SPDX-License-Identifier: Apache-2.0
#include "stretch_search.h"

#include <algorithm>
#include <cmath>

namespace airspool::modes {
namespace {

constexpr float kScale = 1.0F / kFullScale;
// Samples of a long frame and of the filter around it.
constexpr std::size_t kFrameReach = 290;
constexpr std::size_t kFirstStart = 8;
constexpr std::size_t kTapsBehind = 2;
// What is left of a frame that was taken out must be this much above the noise to be searched.
constexpr float kResidue = 1.25F;
// By how many nats the phase must leave a frame open for a second look to help, and at most.
constexpr float kClearDoubt = 0.5F;
constexpr float kHopelessShort = 14.0F;
constexpr float kHopelessLong = 21.0F;
// The pulses as a whole say the time of a weak frame best, their leading edges that of a strong one.
constexpr float kEdgeWeight = 0.5F;
constexpr float kMostFormatCost = 5.0F;
constexpr float kWholeSampleSlack = 2.0F;
// I and Q at their limits. Pulses that are clipped run into each other, and would seem to have more.
constexpr float kHighestDbfs = 3.01F;
// Inside a frame that was not taken out only something about as strong can be a frame as well. Its last 8 us are left
// open: a frame that begins there has clean data.
constexpr float kIntruderShare = 0.5F;
constexpr int kOpenTailTicks = kPreambleHalfBits * kHalfBitTicks;
constexpr std::size_t kMostCandidates = StretchSearch::kMaxSamples / 2;

}  // namespace

StretchSearch::StretchSearch(int ticks_per_sample, Effort effort, KnownAddresses& known, FrameQueue& queue,
                             DemodulatorStats& stats)
    : ticks_per_sample_(ticks_per_sample),
      effort_(effort),
      limits_(limits_of(effort)),
      shape_(ticks_per_sample),
      filter_(shape_, ticks_per_sample, kMaxSamples),
      preambles_(ticks_per_sample, kMaxSamples),
      look_(filter_, limits_.min_quality),
      reader_(filter_, look_),
      canceller_(shape_, ticks_per_sample),
      known_(&known),
      acceptance_(known),
      queue_(&queue),
      stats_(&stats),
      i_(kMaxSamples),
      q_(kMaxSamples) {
  candidates_.reserve(2 * kMostCandidates);
  waiting_.reserve(2 * kMostCandidates);
  found_.reserve(kMostCandidates);
  changed_.reserve(kMostCandidates);
  touched_.reserve(kMostCandidates);
}

void StretchSearch::set_effort(Effort effort) {
  effort_ = effort;
  limits_ = limits_of(effort);
  look_.set_min_quality(limits_.min_quality);
}

void StretchSearch::load(std::span<const std::int16_t> iq, const NoiseEstimate& noise) {
  const std::size_t samples = iq.size() / 2;
  for (std::size_t n = 0; n < samples; ++n) {
    i_[n] = static_cast<float>(iq[2 * n]) * kScale - noise.dc_i;
    q_[n] = static_cast<float>(iq[2 * n + 1]) * kScale - noise.dc_q;
  }
}

void StretchSearch::store(std::span<std::int16_t> iq, const NoiseEstimate& noise) const {
  const auto word = [](float value) {
    return static_cast<std::int16_t>(std::lrint(std::clamp(value * kFullScale, -32767.0F, 32767.0F)));
  };
  for (const Span& span : touched_) {
    for (std::size_t n = span.first; n < span.last; ++n) {
      iq[2 * n] = word(i_[n] + noise.dc_i);
      iq[2 * n + 1] = word(q_[n] + noise.dc_q);
    }
  }
}

void StretchSearch::search(std::span<std::int16_t> iq, std::size_t starts, std::size_t end, std::int64_t origin,
                           const NoiseEstimate& noise, FrameSink& sink) {
  starts_ = starts;
  end_ = end;
  origin_ = origin;
  noise_power_ = noise.power;
  sink_ = &sink;
  load(iq, noise);
  filter_.run(i_.data(), q_.data(), 0, kSamplesBefore + starts + kSamplesAfter - kTapsBehind);
  candidates_.clear();
  changed_.clear();
  touched_.clear();
  preambles_.find(filter_.planes(), kSamplesBefore, kSamplesBefore + starts, limits_.preamble, noise_power_,
                  candidates_);
  pass_ = 0;
  run_pass();
  for (pass_ = 1; pass_ < limits_.passes && (!changed_.empty() || !waiting_.empty()); ++pass_) {
    collect_again();
    run_pass();
  }
  store(iq, noise);
}

void StretchSearch::run_pass() {
  changed_.clear();
  found_.clear();
  if (limits_.passes > 1) {
    std::sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) {
      return a.strength != b.strength ? a.strength > b.strength : a.tick < b.tick;
    });
  }
  waiting_.clear();
  for (const Candidate& candidate : candidates_) {
    if (waits(candidate)) {
      waiting_.push_back(candidate);
    } else {
      attempt(candidate);
    }
  }
}

// What was found before is gone from the samples: filters them anew and collects the candidates that it may have
// hidden.
void StretchSearch::collect_again() {
  std::sort(changed_.begin(), changed_.end(), [](const Span& a, const Span& b) { return a.first < b.first; });
  candidates_.clear();
  const std::size_t last_start = kSamplesBefore + starts_;
  for (const Candidate& candidate : waiting_) {
    const std::size_t first = candidate.tick / static_cast<std::size_t>(ticks_per_sample_);
    const bool inside = std::any_of(found_.begin(), found_.end(),
                                    [first](const Span& span) { return span.first <= first && first < span.last; });
    const bool searched = std::any_of(changed_.begin(), changed_.end(), [first](const Span& span) {
      return span.first <= first + kFrameReach && first < span.last;
    });
    if (!inside && !searched) candidates_.push_back(candidate);
  }
  for (std::size_t n = 0; n < changed_.size();) {
    Span all = changed_[n++];
    while (n < changed_.size() && changed_[n].first <= all.last + kFrameReach) {
      all.last = std::max(all.last, changed_[n++].last);
    }
    const std::size_t first = all.first > kTapsBehind ? all.first - kTapsBehind : 0;
    const std::size_t last = std::min(all.last, kSamplesBefore + starts_ + kSamplesAfter - kTapsBehind);
    if (last > first) filter_.run(i_.data(), q_.data(), first, last);
    const std::size_t from = all.first > kFrameReach + kFirstStart ? all.first - kFrameReach : kFirstStart;
    preambles_.find(filter_.planes(), from, std::min(all.last, last_start), limits_.preamble, noise_power_,
                    candidates_);
  }
}

// Whether a frame that was found in this pass lies over it: after that is taken out it will look different.
bool StretchSearch::waits(const Candidate& candidate) const {
  const std::size_t first = candidate.tick / static_cast<std::size_t>(ticks_per_sample_);
  return std::any_of(found_.begin(), found_.end(),
                     [first](const Span& span) { return first < span.last && span.first < first + kFrameReach; });
}

std::int64_t StretchSearch::stamp_of(std::size_t tick) const {
  return origin_ + static_cast<std::int64_t>(tick) + kStampTicks;
}

void StretchSearch::attempt(const Candidate& candidate) {
  const std::int64_t start = origin_ + static_cast<std::int64_t>(candidate.tick);
  if (start < covered_until_ && candidate.strength < kIntruderShare * covered_strength_) return;
  ++stats_->preambles;
  LookOutcome outcome = look_.look(candidate, noise_power_, end_);
  if (outcome == LookOutcome::kNoFrame) {
    ++stats_->not_pulses;
    return;
  }
  if (outcome == LookOutcome::kFrame) outcome = look_.read(candidate, noise_power_, end_, soft_);
  if (outcome == LookOutcome::kTruncated) {
    sink_->reject(FrameReject::kTruncated);
    // Its own bits make chance preambles, which are not frames in flight.
    covered_until_ = start + kFrameHalfBits * kHalfBitTicks;
    covered_strength_ = candidate.strength / kIntruderShare;
    return;
  }
  Verdict verdict;
  FoundBy by = FoundBy::kFirstLook;
  if (decide(candidate, verdict, by)) {
    take(candidate, verdict, by);
  } else {
    sink_->reject(verdict.otherwise);
  }
}

bool StretchSearch::decide(const Candidate& candidate, Verdict& verdict, FoundBy& by) {
  const std::int64_t stamp = stamp_of(candidate.tick);
  const bool is_long = soft_.bits == kLongBits;
  // At 2.0 MS/s a pulse that straddles two samples looks doubtful by power alone.
  const float slack = ticks_per_sample_ == kHalfBitTicks ? kWholeSampleSlack : 1.0F;
  if (Acceptance::format_cost(soft_) > slack * kMostFormatCost) {
    verdict.otherwise = FrameReject::kUnknownFormat;
    return false;
  }
  const float doubts = doubt(soft_, 0, soft_.bits);
  if (doubts > slack * (is_long ? limits_.max_doubt_long : limits_.max_doubt_short)) return false;
  verdict = acceptance_.judge_as_read(soft_, stamp);
  if (verdict.proof == Proof::kParity) return true;
  if (!limits_.coherent) {
    verdict = acceptance_.judge(soft_, stamp);
    return verdict.proof != Proof::kNone;
  }
  by = FoundBy::kPhase;
  const float moved = look_.displacement(candidate.tick, soft_);
  const float whole = std::round(moved);
  const auto tick = static_cast<std::size_t>(static_cast<std::int64_t>(candidate.tick) + static_cast<int>(whole));
  const float hopeless = is_long ? kHopelessLong : kHopelessShort;
  for (int round = 0; round < 2; ++round) {
    reader_.read(tick, moved - whole, noise_power_, soft_);
    const float open = doubt(soft_, 0, soft_.bits);
    verdict = acceptance_.judge(soft_, stamp);
    if (verdict.proof == Proof::kParity || open < kClearDoubt || open > hopeless) break;
  }
  return verdict.proof != Proof::kNone;
}

void StretchSearch::take(const Candidate& candidate, const Verdict& verdict, FoundBy by) {
  // From here on the bits are those of the frame.
  for (std::size_t bit = 0; bit < static_cast<std::size_t>(soft_.bits); ++bit) {
    const bool one = (verdict.bytes[bit / 8] >> (7 - bit % 8) & 1U) != 0;
    soft_.llr[bit] = one ? 1.0F : -1.0F;
  }
  const float moved = look_.displacement(candidate.tick, soft_);
  const float whole = std::round(moved);
  const auto tick = static_cast<std::size_t>(static_cast<std::int64_t>(candidate.tick) + static_cast<int>(whole));
  const float part = moved - whole;
  float late = 0.0F;
  ModeSFrame frame;
  frame.signal_dbfs = std::min(10.0F * std::log10(look_.signal_power(tick, soft_, noise_power_)), kHighestDbfs);
  const std::int64_t stamp = stamp_of(tick);
  if (verdict.teaches) known_->learn(verdict.address, stamp);
  if (verdict.proof == Proof::kParity) {
    if (limits_.passes > 1) {
      Cancelled cancelled;
      take_out(tick, part, cancelled);
      found_.push_back({cancelled.first, cancelled.last});
      late = cancelled.late_ticks;
    } else {
      const int half_bits = kPreambleHalfBits + 2 * soft_.bits;
      covered_until_ = stamp - kStampTicks + half_bits * kHalfBitTicks - kOpenTailTicks;
      covered_strength_ = candidate.strength;
    }
  }
  frame.bytes = verdict.bytes;
  frame.length = verdict.length;
  frame.corrected_bits = verdict.corrected_bits;
  const float exact = part + kEdgeWeight * late;
  const float nearest = std::round(exact);
  frame.timestamp_12mhz =
      static_cast<std::uint64_t>(std::max<std::int64_t>(stamp + static_cast<std::int64_t>(nearest), 0));
  frame.timestamp_fraction = exact - nearest;
  if (verdict.corrected_bits > 0) by = FoundBy::kCodewordSearch;
  queue_->push(frame, verdict, {by, effort_, pass_ > 0}, candidate.strength, *sink_);
}

void StretchSearch::take_out(std::size_t tick, float part, Cancelled& cancelled) {
  SoftBits bits = soft_;
  reader_.read(tick, part, noise_power_, bits);
  const std::size_t samples = kSamplesBefore + starts_ + kSamplesAfter;
  cancelled = canceller_.cancel(static_cast<float>(tick) + part, soft_, reader_.track(), std::span(i_).first(samples),
                                std::span(q_).first(samples));
  touched_.push_back({cancelled.first, cancelled.last});
  if (cancelled.residue > kResidue * noise_power_) changed_.push_back({cancelled.first, cancelled.last});
}

}  // namespace airspool::modes
