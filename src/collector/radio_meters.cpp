// SPDX-License-Identifier: Apache-2.0
#include "radio_meters.h"

#include <string>

namespace airspool::collector {
namespace {

using modes::DemodulatorStats;
using modes::FrameReject;

// What is accepted at all; other formats get no series.
constexpr std::array<std::size_t, 9> kFormats = {0, 4, 5, 11, 16, 17, 18, 20, 21};

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

template <std::size_t N>
void add(const std::array<metrics::Counter*, N>& counters, const std::array<std::uint64_t, N>& fresh) {
  for (std::size_t n = 0; n < N; ++n) {
    if (counters[n] != nullptr && fresh[n] > 0) counters[n]->add(fresh[n]);
  }
}

}  // namespace

RadioMeters::RadioMeters(metrics::Registry& metrics)
    : samples_(metrics.counter("airspool_samples_total", "IQ samples taken from the radio.")),
      samples_missing_(
          metrics.counter("airspool_samples_missing_total", "IQ samples that the radio lost or had no room for.")),
      preambles_(metrics.counter("airspool_preambles_total", "Places in the signal that began like a message.")),
      frames_(metrics.counter("airspool_frames_total", "Mode S frames accepted.")),
      dropped_(
          metrics.counter("airspool_frames_dropped_total", "Frames dropped because the sky thread did not keep up.")),
      strong_(metrics.counter("airspool_frames_strong_total",
                              "Frames above -3 dBFS; with more than some per cent the gain is too high.")),
      uncovered_(metrics.counter("airspool_frames_uncovered_total",
                                 "Frames found where another had been taken out of the signal.")),
      awaited_(metrics.counter("airspool_frames_awaited_total",
                               "Frames held until another proved their address, then given out.")),
      cpu_(metrics.spent_time("airspool_demodulator_cpu_seconds_total", "Processor time of demodulation.")),
      effort_(metrics.gauge("airspool_demodulator_effort", "Effort at work: 3 full, 2 balanced, 1 eco.")) {
  for (const std::size_t format : kFormats) {
    by_format_[format] = &metrics.counter("airspool_frames_by_format_total", "Mode S frames by downlink format.",
                                          {{"df", std::to_string(format)}});
  }
  for (std::size_t bits = 1; bits < by_corrected_bits_.size(); ++bits) {
    by_corrected_bits_[bits] =
        &metrics.counter("airspool_frames_repaired_total", "Frames with repaired bits, by how many; 15: or more.",
                         {{"bits", std::to_string(bits)}});
  }
  for (std::size_t step = 0; step < by_step_.size(); ++step) {
    by_step_[step] = &metrics.counter("airspool_frames_by_step_total", "Frames by what it took to read them.",
                                      {{"step", std::string(modes::to_string(static_cast<modes::FoundBy>(step)))}});
  }
  for (std::size_t effort = 0; effort < by_effort_.size(); ++effort) {
    by_effort_[effort] =
        &metrics.counter("airspool_frames_by_effort_total", "Frames by the effort that was at work.",
                         {{"effort", std::string(modes::to_string(static_cast<modes::Effort>(effort)))}});
  }
  for (std::size_t reason = 0; reason < rejected_.size(); ++reason) {
    rejected_[reason] = &metrics.counter("airspool_frames_rejected_total", "What looked like a frame and is none.",
                                         {{"reason", std::string(modes::to_string(static_cast<FrameReject>(reason)))}});
  }
}

void RadioMeters::count(const DemodulatorStats& fresh, const RejectCounts& rejects, Nanoseconds cpu) {
  samples_.add(fresh.samples);
  samples_missing_.add(fresh.samples_missing);
  preambles_.add(fresh.preambles);
  frames_.add(fresh.frames);
  strong_.add(fresh.strong);
  uncovered_.add(fresh.uncovered);
  awaited_.add(fresh.awaited);
  cpu_.add(cpu);
  add(by_format_, fresh.by_format);
  add(by_corrected_bits_, fresh.by_corrected_bits);
  add(by_step_, fresh.by_step);
  add(by_effort_, fresh.by_effort);
  add(rejected_, rejects);
}

void RadioMeters::effort(modes::Effort effort) { effort_.set(level_of(effort)); }

Statistics::Radio radio_statistics(const DemodulatorStats& heard, const RejectCounts& rejects, Nanoseconds cpu) {
  static_assert(Statistics::Radio::kCorrectedBits == DemodulatorStats::kRepairedCounts);
  const auto count = [&](FrameReject reason) { return rejects[static_cast<std::size_t>(reason)]; };
  Statistics::Radio radio;
  radio.samples = heard.samples;
  radio.samples_missing = heard.samples_missing;
  radio.preambles = heard.preambles;
  radio.bad =
      heard.not_pulses + count(FrameReject::kCrc) + count(FrameReject::kUnknownFormat) + count(FrameReject::kTruncated);
  radio.unknown_address = count(FrameReject::kUnknownAddress);
  radio.accepted = heard.by_corrected_bits;
  radio.strong = heard.strong;
  radio.signal_power = heard.signal_power;
  radio.peak_power = static_cast<double>(heard.peak_power);
  radio.noise_power = heard.noise_power;
  radio.noise_samples = heard.noise_samples;
  radio.cpu = cpu;
  return radio;
}

}  // namespace airspool::collector
