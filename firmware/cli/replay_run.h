// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <airspool/core/clock.h>
#include <airspool/core/geo.h>
#include <airspool/core/iq_block.h>
#include <airspool/core/record.h>
#include <airspool/core/result.h>
#include <airspool/modes/demodulator.h>
#include <airspool/modes/frame.h>
#include <airspool/sky/picture.h>
#include <airspool/sky/sampler.h>

#include "cli/replay_identity.h"
#include "cli/sampling_report.h"

namespace airspool::cli {

struct ReplaySettings {
  std::uint32_t sample_rate_hz = 2'400'000;
  SampleFormat format = SampleFormat::kCu8;
  std::optional<std::uint64_t> total_samples;  // when known beforehand
  Calendar calendar;                           // boot time begins at the first sample
  std::optional<GeoPosition> receiver;
  sky::SamplingSettings sampling;
  RecordSource source = RecordSource::kRadio;
  modes::Effort effort = modes::Effort::kFull;
};

// The last that was heard of one aircraft.
struct HeardAircraft {
  Icao24 icao24;
  std::uint64_t messages = 0;
  std::string callsign;
  std::optional<double> baro_altitude_m;
  std::optional<double> ground_speed_mps;
  std::optional<double> true_track_deg;
  std::optional<GeoPosition> position;
  bool on_ground = false;
};

struct ReplaySummary {
  static constexpr std::size_t kFormats = 25;  // downlink formats 0..24

  std::array<std::uint64_t, kFormats> frames{};
  std::array<std::uint64_t, modes::kFrameRejectCount> rejects{};
  std::uint64_t aircraft = 0;  // different addresses
  std::uint64_t positions = 0;
  std::uint64_t samples = 0;
  double seconds = 0.0;  // length of the signal
  std::uint64_t records = 0;
  modes::DemodulatorStats radio;
  sky::TrackerCounts sky;

  [[nodiscard]] std::uint64_t accepted() const;
};

// The stream of one replay: samples -> frames -> messages -> picture -> records. The samples are the clock, so that the
// same samples give the same results, whatever the machine and however they are cut into blocks. One thread.
class ReplayRun {
 public:
  // What one step brought; valid until the next one.
  struct Yield {
    std::span<const modes::ModeSFrame> frames;  // accepted, in timestamp order
    std::span<const Record> records;            // with their identity
    Calendar calendar;                          // theirs
  };

  static Result<ReplayRun> create(const ReplaySettings& settings);

  Yield process(const IqBlock& block);
  // The end of the stream.
  Yield finish();

  [[nodiscard]] ReplaySummary summary() const;
  // By number of messages, most first, then address. At most kMaxListed; the rest of a flood is only counted.
  [[nodiscard]] std::vector<HeardAircraft> aircraft() const;
  // What adaptive sampling saved and left; empty under the other policies.
  [[nodiscard]] std::string sampling_report() const { return report_ ? report_->text() : std::string(); }

  static constexpr std::size_t kMaxListed = 100'000;

 private:
  ReplayRun(const ReplaySettings& settings, modes::Demodulator demodulator);

  void take_frames();
  void take(const modes::ModeSFrame& frame);
  void remember(const modes::Message& message);
  void advance_to(BootTime time);
  // What is new in `made_` since a size that it had.
  [[nodiscard]] std::span<const Record> made_since(std::size_t size) const { return std::span(made_).subspan(size); }
  [[nodiscard]] Yield yield(bool at_the_end);

  ReplaySettings settings_;
  modes::Demodulator demodulator_;
  modes::FrameSink found_;
  sky::Picture picture_;
  sky::Sampler sampler_;
  ReplayIdentity identity_;
  std::string spool_id_;
  BootTime next_tick_;
  std::unordered_map<Icao24, HeardAircraft> heard_;
  ReplaySummary summary_;
  std::vector<modes::ModeSFrame> frames_;
  std::vector<Record> made_;  // and not given out yet
  std::vector<Record> records_;
  std::optional<SamplingReport> report_;
};

}  // namespace airspool::cli
