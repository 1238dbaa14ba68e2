// SPDX-License-Identifier: Apache-2.0
#include "cli/replay_run.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include <airspool/core/decimal.h>
#include <airspool/modes/decode.h>

namespace airspool::cli {
namespace {

// How often the picture is looked at, when the sampling interval asks for no more.
constexpr Nanoseconds kTick = std::chrono::seconds(1);

Nanoseconds tick_of(const ReplaySettings& settings) { return std::min(kTick, settings.sampling.interval); }

// 12 MHz ticks since the first sample -> boot time, which begins at the first sample.
BootTime time_of(const modes::ModeSFrame& frame) {
  return BootTime(Nanoseconds(static_cast<Nanoseconds::rep>(frame.timestamp_12mhz) * 250 / 3));
}

BootTime end_of(std::uint64_t samples, std::uint32_t rate_hz) {
  const auto whole = std::chrono::seconds(samples / rate_hz);
  return BootTime(whole + Nanoseconds(static_cast<Nanoseconds::rep>(samples % rate_hz * 1'000'000'000U / rate_hz)));
}

// All that decides which records come out, besides the samples themselves.
ReplayIdentity identity_of(const ReplaySettings& settings) {
  ReplayIdentity identity;
  const auto add_number = [&](auto number) { identity.add_setting(std::to_string(number)); };
  add_number(static_cast<int>(settings.format));
  add_number(settings.sample_rate_hz);
  identity.add_setting(settings.total_samples ? std::to_string(*settings.total_samples) : std::string());
  add_number(settings.calendar.boot_zero.time_since_epoch().count());
  add_number(static_cast<int>(settings.calendar.quality));
  std::string receiver;
  if (settings.receiver) {
    append_shortest(receiver, settings.receiver->latitude_deg);
    receiver += ',';
    append_shortest(receiver, settings.receiver->longitude_deg);
  }
  identity.add_setting(receiver);
  const sky::SamplingSettings& sampling = settings.sampling;
  add_number(static_cast<int>(sampling.policy));
  add_number(sampling.interval.count());
  add_number(std::llround(sampling.position_m * 1e3));
  add_number(std::llround(sampling.altitude_m * 1e3));
  add_number(sampling.max_gap.count());
  identity.add_setting(sampling.station_id);
  for (std::size_t i = 0; i < kExtendedFieldNames.size(); ++i) {
    if (sampling.fields.contains(static_cast<ExtendedField>(i))) identity.add_setting(kExtendedFieldNames.at(i));
  }
  add_number(static_cast<int>(settings.source));
  add_number(static_cast<int>(settings.effort));
  return identity;
}

sky::PictureSettings picture_settings(const ReplaySettings& settings) {
  sky::PictureSettings picture;
  picture.tracker.receiver = settings.receiver;
  picture.fusion.radio_source = settings.source;
  return picture;
}

}  // namespace

std::uint64_t ReplaySummary::accepted() const {
  return std::accumulate(frames.begin(), frames.end(), std::uint64_t{0});
}

ReplayRun::ReplayRun(const ReplaySettings& settings, modes::Demodulator demodulator)
    : settings_(settings),
      demodulator_(std::move(demodulator)),
      picture_(picture_settings(settings)),
      sampler_(settings.sampling),
      identity_(identity_of(settings)),
      next_tick_(tick_of(settings)) {
  if (settings.sampling.policy == sky::SamplingPolicy::kAdaptive) report_.emplace(settings.sampling, settings.calendar);
}

Result<ReplayRun> ReplayRun::create(const ReplaySettings& settings) {
  auto demodulator = modes::Demodulator::create({.sample_rate_hz = settings.sample_rate_hz, .effort = settings.effort});
  if (!demodulator) return tl::unexpected(demodulator.error());
  return ReplayRun(settings, std::move(*demodulator));
}

ReplayRun::Yield ReplayRun::process(const IqBlock& block) {
  frames_.clear();
  identity_.add_samples(block.bytes);
  summary_.samples = block.first_sample + block.samples();
  demodulator_.process(block, found_);
  take_frames();
  return yield(false);
}

ReplayRun::Yield ReplayRun::finish() {
  frames_.clear();
  demodulator_.finish(found_);
  take_frames();
  const BootTime end = end_of(summary_.samples, settings_.sample_rate_hz);
  advance_to(end);
  const std::size_t before = made_.size();
  sampler_.flush(picture_, end, made_);
  if (report_) report_->finish(picture_, end, made_since(before));
  return yield(true);
}

void ReplayRun::take_frames() {
  summary_.radio += demodulator_.take_stats();
  for (const modes::ModeSFrame& frame : found_.frames) take(frame);
  found_.frames.clear();
}

void ReplayRun::take(const modes::ModeSFrame& frame) {
  const auto message = modes::decode(frame);
  if (!message) {
    found_.reject(message.error());
    return;
  }
  const BootTime time = time_of(frame);
  advance_to(time);
  picture_.observe(*message, frame.signal_dbfs, time);
  const std::size_t before = made_.size();
  sampler_.consider(picture_, message->address, time, made_);
  if (report_) report_->heard(picture_, message->address, time, made_since(before));
  ++summary_.frames.at(message->df);
  frames_.push_back(frame);
  remember(*message);
}

void ReplayRun::remember(const modes::Message& message) {
  auto heard = heard_.find(message.address);
  if (heard == heard_.end()) {
    ++summary_.aircraft;
    if (heard_.size() >= kMaxListed) return;
    heard = heard_.emplace(message.address, HeardAircraft()).first;
    heard->second.icao24 = message.address;
  }
  HeardAircraft& known = heard->second;
  ++known.messages;
  const sky::Aircraft& now = picture_.radio().aircraft().at(message.address);
  if (now.callsign.value) known.callsign = *now.callsign.value;
  if (now.baro_altitude_m.value) known.baro_altitude_m = now.baro_altitude_m.value;
  if (now.ground_speed_mps.value) known.ground_speed_mps = now.ground_speed_mps.value;
  if (now.true_track_deg.value) known.true_track_deg = now.true_track_deg.value;
  if (now.position.value) known.position = now.position.value;
  known.on_ground = now.on_ground.value.value_or(false);
}

// Lets the time of the samples pass: what is due before `time` happens.
void ReplayRun::advance_to(BootTime time) {
  for (; next_tick_ <= time; next_tick_ += tick_of(settings_)) {
    const std::size_t before = made_.size();
    sampler_.sample(picture_, next_tick_, made_);
    if (report_) report_->tick(picture_, next_tick_, made_since(before));
    picture_.expire(next_tick_);
  }
}

ReplayRun::Yield ReplayRun::yield(bool at_the_end) {
  records_.clear();
  // The identity is of the first samples: however they are cut into blocks, records wait until these are there.
  if (at_the_end || identity_.complete()) records_.swap(made_);
  if (spool_id_.empty() && !records_.empty()) spool_id_ = identity_.spool_id();
  for (Record& record : records_) {
    record.spool_id = spool_id_;
    record.seq = static_cast<std::int64_t>(++summary_.records);
  }
  return {frames_, records_, settings_.calendar};
}

ReplaySummary ReplayRun::summary() const {
  ReplaySummary summary = summary_;
  summary.rejects = found_.rejects;
  summary.sky = picture_.radio().counts();
  summary.positions = summary.sky.positions;
  summary.seconds = static_cast<double>(summary.samples) / settings_.sample_rate_hz;
  return summary;
}

std::vector<HeardAircraft> ReplayRun::aircraft() const {
  std::vector<HeardAircraft> list;
  list.reserve(heard_.size());
  for (const auto& [address, aircraft] : heard_) list.push_back(aircraft);
  std::sort(list.begin(), list.end(), [](const HeardAircraft& a, const HeardAircraft& b) {
    return std::pair(b.messages, a.icao24) < std::pair(a.messages, b.icao24);
  });
  return list;
}

}  // namespace airspool::cli
