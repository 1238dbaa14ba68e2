// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <airspool/core/board.h>
#include <airspool/core/clock.h>
#include <airspool/core/cpu_clock.h>
#include <airspool/core/heartbeat.h>
#include <airspool/core/metrics.h>
#include <airspool/core/sky_snapshot.h>
#include <airspool/feed/duplicate_filter.h>
#include <airspool/feed/outgoing_frame.h>
#include <airspool/opensky/states_parser.h>
#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>

#include "sky_meters.h"
#include "statistics_log.h"
#include "stream.h"

namespace airspool::collector {

struct SkySettings {
  sky::PictureSettings picture;
  sky::SamplingSettings sampling;
};

// Frames and OpenSky's answers in, records and snapshots out: the body of the sky thread, sole owner of the picture.
// Never waits for the store: records that its channel does not take are dropped, newest first, and counted.
class SkyStage {
 public:
  SkyStage(const SkySettings& settings, SkyChannel& input, RecordChannel& records, Board<SkySnapshot>& snapshots,
           const Clock& clock, metrics::Registry& metrics, CpuClock cpu_time = thread_cpu_time);

  // Where to leave, after each answer of OpenSky, the share of it that the radio hears too (coverage.h). Before run().
  void report_coverage(std::atomic<double>& to) { coverage_ = &to; }

  // There are other receivers, by name: what several of them and the own radio hear counts once. Before run().
  void expect_inputs(const std::vector<std::string>& names);
  // Where to leave every frame that is heard, for others. What it does not take is dropped and counted. Before run().
  void pass_on(feed::OutgoingChannel& to);

  // Until the input is drained; then hands out what is known of each aircraft and closes the records.
  void run();
  // Beats while it works; looked at from main.
  [[nodiscard]] const Heartbeat& heart() const { return heart_; }

 private:
  void take(const FrameBlock& block);
  void take(const feed::HeardFrames& heard);
  void take(const feed::InputReport& report);
  void observe(const modes::ModeSFrame& frame, BootTime time, unsigned source, std::size_t input);
  bool is_first(const modes::ModeSFrame& frame, Icao24 address, BootTime& time, unsigned source, std::size_t input);
  void pass_on_outgoing();
  void take(opensky::OpenSkyAnswer&& answer);
  void take(const Statistics::Radio& heard);
  void tick(BootTime now);
  void count(BootTime now);
  void publish(BootTime now);
  void deliver();

  SkySettings settings_;
  SkyChannel& input_;
  RecordChannel& records_;
  Board<SkySnapshot>& snapshots_;
  const Clock& clock_;
  std::atomic<double>* coverage_ = nullptr;
  std::optional<feed::DuplicateFilter> duplicates_;  // with inputs only
  std::vector<SkySnapshot::Input> inputs_;
  feed::OutgoingChannel* outgoing_to_ = nullptr;
  std::vector<feed::OutgoingFrame> outgoing_;  // of the block at hand
  sky::Picture picture_;
  sky::Sampler sampler_;
  std::vector<Record> pending_;  // since the last tick: one vector a second, however often records are made
  SkyMeters meters_;
  Heartbeat heart_;
  const CpuClock cpu_time_;
  StatisticsLog statistics_;
  // Counted so far.
  sky::TrackerCounts counted_;
  Nanoseconds counted_cpu_{0};
};

}  // namespace airspool::collector
