// SPDX-License-Identifier: Apache-2.0
#include "sky_stage.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <variant>

#include <airspool/modes/decode.h>
#include <airspool/sky/snapshot.h>

#include "coverage.h"

namespace airspool::collector {
namespace {

constexpr Nanoseconds kTick = std::chrono::seconds(1);
constexpr std::size_t kNoInput = static_cast<std::size_t>(-1);

WallTime wall_time(double unix_seconds) {
  return WallTime(std::chrono::milliseconds(std::llround(unix_seconds * 1000.0)));
}

sky::CloudRow cloud_row(opensky::OpenSkyState&& told, const opensky::OpenSkyAnswer& answer) {
  sky::CloudRow row;
  row.state = std::move(told.state);
  if (told.time_position_s) {
    row.time_position = wall_time(*told.time_position_s);
    row.position_at = answer.boot_time_of(*told.time_position_s);
  }
  row.last_contact = wall_time(told.last_contact_s);
  row.contact_at = answer.boot_time_of(told.last_contact_s);
  return row;
}

}  // namespace

SkyStage::SkyStage(const SkySettings& settings, SkyChannel& input, RecordChannel& records,
                   Board<SkySnapshot>& snapshots, const Clock& clock, metrics::Registry& metrics, CpuClock cpu_time)
    : settings_(settings),
      input_(input),
      records_(records),
      snapshots_(snapshots),
      clock_(clock),
      picture_(settings.picture),
      sampler_(settings.sampling),
      meters_(metrics),
      cpu_time_(std::move(cpu_time)),
      statistics_(clock.boot_now()) {
  publish(clock_.boot_now());
}

void SkyStage::run() {
  counted_cpu_ = cpu_time_();
  BootTime next_tick = clock_.boot_now() + kTick;
  while (!input_.drained()) {
    heart_.beat();
    const Nanoseconds left = std::max(next_tick - clock_.boot_now(), Nanoseconds::zero());
    if (auto input = input_.pop_for(left)) {
      std::visit([this](auto&& value) { take(std::forward<decltype(value)>(value)); }, std::move(*input));
    }
    const BootTime now = clock_.boot_now();
    if (now < next_tick) continue;
    tick(now);
    next_tick = std::max(next_tick + kTick, now);
  }
  sampler_.flush(picture_, clock_.boot_now(), pending_);
  deliver();
  count(clock_.boot_now());
  publish(clock_.boot_now());
  records_.close();
  heart_.rest();
}

void SkyStage::expect_inputs(const std::vector<std::string>& names) {
  duplicates_.emplace();
  inputs_.resize(names.size());
  for (std::size_t input = 0; input < names.size(); ++input) inputs_[input].name = names[input];
  meters_.expect_inputs(names);
}

void SkyStage::pass_on(feed::OutgoingChannel& to) {
  outgoing_to_ = &to;
  meters_.not_passed_on(0);
}

void SkyStage::take(const FrameBlock& block) {
  for (const modes::ModeSFrame& frame : block.frames) observe(frame, block.time_of(frame), feed::kOwnRadio, kNoInput);
  pass_on_outgoing();
}

void SkyStage::take(const feed::HeardFrames& heard) {
  for (const feed::HeardFrame& one : heard.frames) observe(one.frame, one.time, heard.source, heard.input);
  pass_on_outgoing();
}

void SkyStage::take(const feed::InputReport& report) {
  Statistics fresh;
  fresh.remote = report.fresh;
  statistics_.add(fresh);
  for (std::size_t input = 0; input < std::min(inputs_.size(), report.inputs.size()); ++input) {
    const std::uint64_t duplicates = inputs_[input].duplicates;
    inputs_[input] = report.inputs[input];
    inputs_[input].duplicates = duplicates;
  }
}

void SkyStage::observe(const modes::ModeSFrame& frame, BootTime time, unsigned source, std::size_t input) {
  const auto message = modes::decode(frame);
  if (!message) {
    meters_.undecodable();
    return;
  }
  const bool first = is_first(frame, message->address, time, source, input);
  if (first) {
    picture_.observe(*message, frame.signal_dbfs, time);
    sampler_.consider(picture_, message->address, time, pending_);
  }
  const bool own_radio = source == feed::kOwnRadio;
  if (outgoing_to_ == nullptr || !(first || own_radio)) return;
  feed::OutgoingFrame& outgoing = outgoing_.emplace_back();
  outgoing = {frame, *message, time, std::nullopt, std::nullopt, own_radio, first};
  if (const sky::Aircraft* aircraft = picture_.sides(message->address).radio) {
    if (first && aircraft->position.time == time) outgoing.position = aircraft->position.value;
    outgoing.on_ground = aircraft->on_ground.value;
  }
}

// Puts the time of a source right that is always late.
bool SkyStage::is_first(const modes::ModeSFrame& frame, Icao24 address, BootTime& time, unsigned source,
                        std::size_t input) {
  if (!duplicates_) return true;
  const feed::DuplicateFilter::Heard heard = duplicates_->take(frame, source, time);
  time = heard.time;
  if (heard.first) return true;
  meters_.duplicate(input);
  if (input < inputs_.size()) ++inputs_[input].duplicates;
  if (heard.weaker_dbfs) picture_.observe_better(address, *heard.weaker_dbfs, frame.signal_dbfs);
  return false;
}

void SkyStage::pass_on_outgoing() {
  const std::size_t count = outgoing_.size();
  if (count == 0) return;
  if (!outgoing_to_->try_push(std::exchange(outgoing_, {}))) meters_.not_passed_on(count);
}

void SkyStage::take(opensky::OpenSkyAnswer&& answer) {
  if (coverage_ != nullptr) coverage_->store(radio_coverage(answer, picture_.radio().aircraft(), answer.received));
  for (; !answer.states.empty(); answer.states.pop_front()) {
    const Icao24 address = answer.states.front().state.icao24;
    // OpenSky repeats an aircraft for minutes after it was last heard; a record is made only of news.
    if (!picture_.take(cloud_row(std::move(answer.states.front()), answer), answer.received)) continue;
    sampler_.consider(picture_, address, answer.received, pending_);
  }
  deliver();
}

void SkyStage::take(const Statistics::Radio& heard) {
  Statistics fresh;
  fresh.radio = heard;
  statistics_.add(fresh);
}

void SkyStage::tick(BootTime now) {
  sampler_.sample(picture_, now, pending_);
  picture_.expire(now);
  deliver();
  count(now);
  publish(now);
}

void SkyStage::count(BootTime now) {
  const sky::TrackerCounts& counts = picture_.radio().counts();
  const Nanoseconds cpu = cpu_time_();
  Statistics fresh = tracker_statistics(counted_, counts);
  fresh.sky_cpu = cpu - std::exchange(counted_cpu_, cpu);
  counted_ = counts;
  statistics_.add(fresh);
  statistics_.tick(now);
}

void SkyStage::publish(BootTime now) {
  auto snapshot = std::make_shared<SkySnapshot>(sky::take_snapshot(picture_, now, clock_.wall_now()));
  snapshot->statistics = statistics_.report();
  snapshot->inputs = inputs_;
  meters_.show(picture_, *snapshot);
  snapshots_.publish(std::move(snapshot));
}

void SkyStage::deliver() {
  const std::size_t count = pending_.size();
  if (count == 0) return;
  meters_.fused(pending_);
  if (records_.try_push(std::exchange(pending_, {}))) {
    meters_.made(count);
  } else {
    meters_.dropped(count);
  }
}

}  // namespace airspool::collector
